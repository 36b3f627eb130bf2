// What a login host has at hand besides the world: sign-in counters and grants.
import type { World } from '../world/world.ts';
import { Grants } from './grants.ts';
import { SignIns } from './sign-in.ts';

export type Login = { readonly world: World; readonly signIns: SignIns; readonly grants: Grants };

export const createLogin = (world: World): Login => ({ world, signIns: new SignIns(), grants: new Grants() });
