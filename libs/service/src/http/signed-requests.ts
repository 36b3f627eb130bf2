/**
 * Requests between services, signed: each proves who sends it, to whom, and that it is the one that was sent, once. A
 * key that everybody shares, or that stands in the request itself, would open everything to whoever sees one request.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { createLocalJWKSet, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { own, type ServiceName } from '@leads/contracts';
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

/** The private key that a service signs with. */
export type SigningKey = JWK & { kid: string };

/** The public keys of services that may call. */
export type CallerKeys = ReturnType<typeof createLocalJWKSet>;

export type Verified =
  | { kind: 'signed'; caller: string; nonce: string }
  /** Rightly signed, but so many seconds ahead of the clock here, or behind where negative. */
  | { kind: 'clock'; caller: string; apartSeconds: number }
  | { kind: 'refused' };

/** How the header of a signed request begins. */
export const SCHEME = 'Signed';

/** How far the clocks of two services may be apart, in milliseconds. */
export const CLOCK_TOLERANCE_MS = 60 * SECOND_MS;

/** The headers beside the body that say what is to be done, and for whom. */
const SIGNED_HEADERS = ['content-type', 'if-match', 'x-actor'];

/** `portal`, or `portal.2027` beside it while keys are changed: the service is what stands before the dot. */
const KeyId = z
  .string()
  .regex(/^[a-z][a-z-]*(\.[\w-]{1,50})?$/, 'a kid is the name of a service, or <name>.<anything>');
const Ed25519 = { kid: KeyId, kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() };

const PrivateKey = z.object({ ...Ed25519, d: z.string() });
const PublicKey = z
  // A private key in the file of public ones is a mistake that must not go unseen.
  .object({ ...Ed25519, d: z.undefined({ error: 'must not be there: this is a private key' }).optional() })
  .transform(({ kid, kty, crv, x }) => ({ kid, kty, crv, x }));
const PublicKeys = z
  .object({ keys: z.array(PublicKey).min(1) })
  .refine(
    ({ keys }) => new Set(keys.map(({ kid }) => kid)).size === keys.length,
    'two keys have the same kid',
  );

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

/** Reads a private Ed25519 key, a JWK. @throws Error with what is wrong with it */
export function readSigningKey(text: string): SigningKey {
  return PrivateKey.parse(JSON.parse(text));
}

/** Reads a JWKS with the public keys of callers; two of one caller are as good as one. @throws Error with what is wrong */
export function readCallerKeys(text: string): CallerKeys {
  return createLocalJWKSet(PublicKeys.parse(JSON.parse(text)));
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
  const claims = { iss: serviceOf(key.kid), aud: to, ...said(parts), iat: now / 1_000, jti: randomUUID() };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid })
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
    const { payload, protectedHeader } = await jwtVerify(token, keys, { algorithms: ['EdDSA', 'Ed25519'] });
    const { success, data } = Claims.safeParse(payload);
    return success && data.iss === serviceOf(protectedHeader.kid ?? '') ? data : undefined;
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

function serviceOf(kid: string): string {
  return kid.split('.', 1)[0] ?? '';
}
