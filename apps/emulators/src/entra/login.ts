/** What a login host has at hand besides the world: sign-in counters and grants. */
import type { Surroundings } from './surroundings.ts';
import { Grants } from './grants.ts';
import { SignIns } from './sign-in.ts';

export interface Login {
  readonly world: Surroundings;
  readonly signIns: SignIns;
  readonly grants: Grants;
}

export const createLogin = (world: Surroundings): Login => ({
  world,
  signIns: new SignIns(),
  grants: new Grants(),
});
