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

/** What the head of a request shows before its body is read. */
export type VerifiedHead =
  /** Rightly signed, if its body is that of this digest. */
  | { kind: 'signed'; caller: string; nonce: string; bodyDigest: string }
  | { kind: 'clock'; caller: string; apartSeconds: number }
  | { kind: 'refused' };

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
  const claims = {
    ...{ iss: keyHolder(key), aud: to, ...said(parts), bh: parts.bodyDigest },
    ...{ iat: now / 1_000, jti: randomUUID() },
  };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: TYPE })
    .sign(await importJWK(key, 'EdDSA'));
  return `${SCHEME} ${token}`;
}

/** Who is called, by whom, and when. */
export interface Receiver {
  keys: CallerKeys;
  from: readonly ServiceName[];
  to: ServiceName;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Checks everything that a request itself can show; whether its nonce was used before is for who asked. */
export async function verifyRequest(
  authorization: string,
  { bodyDigest, ...head }: SignedParts,
  receiver: Receiver,
): Promise<Verified> {
  const verified = await verifyHead(authorization, head, receiver);
  if (verified.kind !== 'signed') return verified;
  const { bodyDigest: signedDigest, ...signed } = verified;
  return isSameDigest(bodyDigest, signedDigest) ? signed : { kind: 'refused' };
}

/** Checks what can be checked before the body has come: all of it that says nothing of the body. */
export async function verifyHead(
  authorization: string,
  head: Omit<SignedParts, 'bodyDigest'>,
  { keys, from, to, now }: Receiver,
): Promise<VerifiedHead> {
  const claims = await readClaims(authorization, keys);
  if (!claims) return { kind: 'refused' };
  const { iss: caller, aud, iat, jti: nonce, bh: bodyDigest } = claims;
  const isPermitted = aud === to && from.some((name) => name === caller);
  if (!isPermitted || !isSame(said(head), claims)) return { kind: 'refused' };
  const apartMs = iat * 1_000 - now;
  return Math.abs(apartMs) > CLOCK_TOLERANCE_MS
    ? { kind: 'clock', caller, apartSeconds: Math.round(apartMs / 1_000) }
    : { kind: 'signed', caller, nonce, bodyDigest };
}

/** Whether a body is the one that was signed; takes the same time wherever the first difference is. */
export function isSameDigest(one: string, other: string): boolean {
  const bytes = (digest: string): Buffer => createHash('sha256').update(digest).digest();
  return timingSafeEqual(bytes(one), bytes(other));
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

type Said = Pick<z.infer<typeof Claims>, 'htm' | 'htu' | 'hh'>;

/** What a signature says of the head of a request. */
function said({ method, target, headers }: Omit<SignedParts, 'bodyDigest'>): Said {
  const values = SIGNED_HEADERS.map((name) => String(own(headers, name) ?? '').trim());
  return { htm: method.toUpperCase(), htu: target, hh: digestOf(JSON.stringify(values)) };
}

/** Takes the same time wherever the first difference is. */
function isSame(one: Said, other: Said): boolean {
  const bytes = ({ htm, htu, hh }: Said): Buffer =>
    createHash('sha256')
      .update(JSON.stringify([htm, htu, hh]))
      .digest();
  return timingSafeEqual(bytes(one), bytes(other));
}
