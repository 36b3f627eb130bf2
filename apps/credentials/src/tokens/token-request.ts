/** A token request as it comes: signed by a registered requester, for us, fresh, and never used before. */
import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { TokenClaims } from '@leads/contracts';

/** The registered requesters' public keys: the key id is the requester's name. */
export type RequesterKeys = ReturnType<typeof createLocalJWKSet>;

export type VerifiedRequest =
  { ok: true; claims: TokenClaims } | { ok: false; why: string; who: string; connectionId?: string };

/** A request may be good for at most this long, in seconds, so that its id need not be remembered for ever. */
const LONGEST_LIFE_S = 300;
/** How far the requester's clock may be ahead or behind, in seconds. */
const CLOCK_TOLERANCE_S = 60;

const PublicKey = z
  .object({
    kid: z.string().min(1),
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: z.string(),
    // A private key in the file of public ones is a mistake that must not go unseen.
    d: z.undefined({ error: 'must not be there: this is a private key' }).optional(),
  })
  .transform(({ kid, kty, crv, x }) => ({ kid, kty, crv, x }));

/** Reads the JWKS of REQUESTER_KEYS_FILE. @throws Error with what is wrong with it */
export function readRequesterKeys(text: string): RequesterKeys {
  const keys = z.object({ keys: z.array(PublicKey).min(1) }).parse(JSON.parse(text));
  return createLocalJWKSet(keys);
}

/** Checks everything that the request itself can show. */
export async function verifyRequest(
  request: string,
  { keys, now }: { keys: RequesterKeys; now: Date },
): Promise<VerifiedRequest> {
  let who = 'unknown requester';
  try {
    const { payload, protectedHeader } = await jwtVerify(request, keys, {
      audience: 'credentials',
      algorithms: ['EdDSA', 'Ed25519'],
      requiredClaims: ['jti', 'iss', 'sub', 'iat', 'exp'],
      currentDate: now,
      clockTolerance: CLOCK_TOLERANCE_S,
      maxTokenAge: LONGEST_LIFE_S,
    });
    who = protectedHeader.kid ?? who;
    const claims = TokenClaims.safeParse(payload);
    if (!claims.success) return { ok: false, why: 'its claims are not those of a token request', who };
    const { iss, iat, exp, connectionId } = claims.data;
    if (iss !== who)
      return { ok: false, why: "it was signed with another requester's key", who, connectionId };
    if (exp - iat > LONGEST_LIFE_S) {
      return { ok: false, why: `it would be good for longer than ${LONGEST_LIFE_S} s`, who, connectionId };
    }
    return { ok: true, claims: claims.data };
  } catch (error) {
    return { ok: false, why: describe(error), who };
  }
}

function describe(error: unknown): string {
  if (error instanceof errors.JWTExpired) {
    return `it has expired, or the clock of its service is more than ${CLOCK_TOLERANCE_S} s behind ours`;
  }
  if (error instanceof errors.JWKSNoMatchingKey) return 'no requester is registered for its key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iat') {
    return `the clock of its service is more than ${CLOCK_TOLERANCE_S} s ahead of ours`;
  }
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim "${error.claim}" is wrong`;
  if (error instanceof errors.JOSEError) return `it is not a token request (${error.code})`;
  throw error;
}
