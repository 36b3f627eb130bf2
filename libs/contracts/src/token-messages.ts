/** How a writer asks for an access token over Kafka, and how it gets one that only it can read. */
import { z } from 'zod';
import { Moment } from './moment.ts';

/** An EC public key on P-256 as a JWK; the private half never leaves the requester. */
export const EphemeralPublicKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
});
export type EphemeralPublicKey = z.infer<typeof EphemeralPublicKey>;

/** The claims that a requester signs with its registered Ed25519 key. */
export const TokenClaims = z.object({
  /** Made for this request; a second use is a replay. */
  jti: z.uuid(),
  /** The registered requester, e.g. `dynamics-writer`. */
  iss: z.string(),
  /** The requester's instance: the key its answer comes under. */
  sub: z.string(),
  aud: z.literal('credentials'),
  /** Seconds since the epoch. */
  iat: z.int(),
  exp: z.int(),
  connectionId: z.uuid(),
  /** A token known to be refused is not to be handed out again. */
  refresh: z.boolean(),
  /** The SHA-256 (base64url) of the very token that was refused; another one may be handed out at once. */
  refusedToken: z.string().optional(),
  /** Where the answer is sealed to. */
  epk: EphemeralPublicKey,
});
export type TokenClaims = z.infer<typeof TokenClaims>;

/** A compact JWS (EdDSA) over {@link TokenClaims}. */
export const TokenRequested = z.object({ request: z.string() });
export type TokenRequested = z.infer<typeof TokenRequested>;

/** The answer to one request: sealed, because it is a token or says why there is none. */
export const TokenIssued = z.object({
  requestId: z.uuid(),
  requester: z.string(),
  /** A compact JWE (ECDH-ES, A256GCM) over {@link TokenAnswer}. */
  sealed: z.string(),
});
export type TokenIssued = z.infer<typeof TokenIssued>;

/** What is inside the seal. */
export const TokenAnswer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('token'),
    requestId: z.uuid(),
    connectionId: z.uuid(),
    secretVersion: z.int32().positive(),
    accessToken: z.string(),
    expiresAt: Moment,
    /**
     * The organisation's origin that the token was issued for: it is sent nowhere else. Absent in answers of before it
     * was told, whose tokens are not used.
     */
    resource: z.url().optional(),
  }),
  z.object({
    kind: z.literal('refused'),
    requestId: z.uuid(),
    connectionId: z.uuid(),
    /** A stable word for the cause, e.g. `AADSTS7000215`, `unknown-connection`, `unreachable`. */
    cause: z.string(),
    what: z.string(),
    remedy: z.string(),
    /** Whether asking again later can help without anybody changing anything. */
    transient: z.boolean(),
    /** When asking again makes sense at the soonest, in milliseconds; absent where a person has to act first. */
    askAgainAfterMs: z.number().nonnegative().optional(),
  }),
]);
export type TokenAnswer = z.infer<typeof TokenAnswer>;
