/**
 * Requests between services, signed: each proves who sends it, to whom, and that it is the one that was sent, once. A
 * key that everybody shares, or that stands in the request itself, would open everything to whoever sees one request.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { createLocalJWKSet, importJWK, jwtVerify, SignJWT } from 'jose';
import { own, type ServiceName } from '@leads/contracts';
import { keyHolder, type ServiceKey, type SigningKey } from '@leads/contracts/service-keys';
import { SECOND_MS } from '@leads/pacing';
import { z } from 'zod';

/** What of a request is signed. */
export interface SignedParts {
  method: string;
  /** Path and query as they stand in the request line. */
  target: string;
  /** By name in lower case; {@link SIGNED_HEADERS} of them count. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As {@link digestOf} has it. */
  bodyDigest: string;
}

/** The public keys of services that may call. */
export type CallerKeys = ReturnType<typeof createLocalJWKSet>;

export type Verified =
  | { kind: 'signed'; caller: string; nonce: string }
  /** Rightly signed, but so many seconds ahead of the clock here, or behind where negative. */
  | { kind: 'clock'; caller: string; apartSeconds: number }
  | { kind: 'refused' };

/** How the header of a signed request begins. */
export const SCHEME = 'Signed';

/** What is signed, so that the same key's signature of a record is never taken for one of a request, nor the reverse. */
const TYPE = 'leads-request+jwt';

/** How far the clocks of two services may be apart, in milliseconds. */
export const CLOCK_TOLERANCE_MS = 60 * SECOND_MS;

/** The headers beside the body that say what is to be done, and for whom. */
const SIGNED_HEADERS = ['content-type', 'if-match', 'x-actor'];

const Claims = z.object({
  iss: z.string(),
  aud: z.string(),
  htm: z.string(),
  htu: z.string(),
  hh: z.string(),
  bh: z.string(),
  iat: z.number(),
  jti: z.uuid(),
});

/** The public keys of those that may call, of which two of one caller are as good as one. */
export function callerKeys(keys: readonly ServiceKey[]): CallerKeys {
  return createLocalJWKSet({ keys: [...keys] });
}

/** SHA-256 in base64url. */
export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url');
}

/** The value of the header `Authorization`. @param now milliseconds since the epoch */
export async function signRequest(
  parts: SignedParts,
  { key, to, now }: { key: SigningKey; to: ServiceName; now: number },
): Promise<string> {
  const claims = { iss: keyHolder(key), aud: to, ...said(parts), iat: now / 1_000, jti: randomUUID() };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: TYPE })
    .sign(await importJWK(key, 'EdDSA'));
  return `${SCHEME} ${token}`;
}

/** Checks everything that a request itself can show; whether its nonce was used before is for who asked. */
export async function verifyRequest(
  authorization: string,
  parts: SignedParts,
  { keys, from, to, now }: { keys: CallerKeys; from: readonly ServiceName[]; to: ServiceName; now: number },
): Promise<Verified> {
  const claims = await readClaims(authorization, keys);
  if (!claims) return { kind: 'refused' };
  const { iss: caller, aud, iat, jti: nonce } = claims;
  const isPermitted = aud === to && from.some((name) => name === caller);
  if (!isPermitted || !isSame(said(parts), claims)) return { kind: 'refused' };
  const apartMs = iat * 1_000 - now;
  return Math.abs(apartMs) > CLOCK_TOLERANCE_MS
    ? { kind: 'clock', caller, apartSeconds: Math.round(apartMs / 1_000) }
    : { kind: 'signed', caller, nonce };
}

async function readClaims(
  authorization: string,
  keys: CallerKeys,
): Promise<z.infer<typeof Claims> | undefined> {
  const [scheme, token = ''] = authorization.split(' ', 2);
  if (scheme !== SCHEME) return undefined;
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: ['EdDSA', 'Ed25519'],
      typ: TYPE,
    });
    const { success, data } = Claims.safeParse(payload);
    return success && data.iss === keyHolder({ kid: protectedHeader.kid ?? '' }) ? data : undefined;
  } catch {
    // Whatever is wrong with it, it is nobody's signature.
    return undefined;
  }
}

type Said = Pick<z.infer<typeof Claims>, 'htm' | 'htu' | 'hh' | 'bh'>;

/** What a signature says of a request. */
function said({ method, target, headers, bodyDigest }: SignedParts): Said {
  const values = SIGNED_HEADERS.map((name) => String(own(headers, name) ?? '').trim());
  return { htm: method.toUpperCase(), htu: target, hh: digestOf(JSON.stringify(values)), bh: bodyDigest };
}

/** Takes the same time wherever the first difference is. */
function isSame(one: Said, other: Said): boolean {
  const bytes = ({ htm, htu, hh, bh }: Said): Buffer =>
    createHash('sha256')
      .update(JSON.stringify([htm, htu, hh, bh]))
      .digest();
  return timingSafeEqual(bytes(one), bytes(other));
}
