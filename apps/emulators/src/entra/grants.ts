/** What lives between two requests of a sign-in: authorization codes and refresh tokens, as signed texts. */
import { createHash } from 'node:crypto';
import type { Surroundings } from './surroundings.ts';
import { newGuid } from '../ids.ts';
import { refuse, type Refusal } from './aadsts.ts';

const CODE_SECONDS = 600;
const REFRESH_SECONDS = 90 * 24 * 3600;

interface CodeGrant {
  readonly tenantId: string;
  readonly clientId: string;
  readonly username: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly nonce: string | undefined;
  readonly challenge: string | undefined;
  readonly challengeMethod: string | undefined;
}
interface RefreshGrant {
  readonly tenantId: string;
  readonly clientId: string;
  readonly username: string;
  readonly scope: string;
  /** Print of the password at sign-in: changing it revokes the token. */
  readonly password: string;
}

interface Sealed<T> {
  use: string;
  grant: T;
  jti: string;
  exp: number;
}

export const printOf = (password: string): string =>
  createHash('sha256').update(password).digest('base64url').slice(0, 16);

/** Codes that were redeemed, so that none is redeemed twice. */
export class Grants {
  private readonly redeemed = new Set<string>();

  code(world: Surroundings, grant: CodeGrant, now: number): Promise<string> {
    return seal(world, 'code', grant, now, CODE_SECONDS);
  }

  refreshToken(world: Surroundings, grant: RefreshGrant, now: number): Promise<string> {
    return seal(world, 'refresh', grant, now, REFRESH_SECONDS);
  }

  /** A sign-in whose password was right, waiting for the second factor. */
  pending(world: Surroundings, username: string, now: number): Promise<string> {
    return seal(world, 'mfa', { username }, now, CODE_SECONDS);
  }

  async confirmed(world: Surroundings, text: string, now: number): Promise<string | undefined> {
    const sealed = await unseal<{ username: string }>(world, 'mfa', text);
    return sealed && sealed.exp * 1000 > now ? sealed.grant.username : undefined;
  }

  async redeem(world: Surroundings, code: string, now: number): Promise<CodeGrant | Refusal> {
    const sealed = await unseal<CodeGrant>(world, 'code', code);
    if (!sealed) return refuse(9002313);
    if (sealed.exp * 1000 <= now) return refuse(70008);
    if (this.redeemed.has(sealed.jti)) return refuse(54005);
    this.redeemed.add(sealed.jti);
    return sealed.grant;
  }

  async use(world: Surroundings, refreshToken: string, now: number): Promise<RefreshGrant | Refusal> {
    const sealed = await unseal<RefreshGrant>(world, 'refresh', refreshToken);
    if (!sealed) return refuse(9002313);
    return sealed.exp * 1000 > now ? sealed.grant : refuse(70008);
  }
}

function seal(
  world: Surroundings,
  use: string,
  grant: object,
  now: number,
  seconds: number,
): Promise<string> {
  return world.keys.sign({ use, grant, jti: newGuid(), exp: Math.floor(now / 1000) + seconds });
}

async function unseal<T>(world: Surroundings, use: string, text: string): Promise<Sealed<T> | undefined> {
  const verified = await world.keys.verify(text);
  const claims = verified?.claims as Sealed<T> | undefined;
  return claims?.use === use ? claims : undefined;
}
