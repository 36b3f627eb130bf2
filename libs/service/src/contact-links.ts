/**
 * The tokens of links by which contacts say whether they want mails: signed by notification, which asks, and checked by
 * the portal, which takes the answer. A token holds nothing that whoever gets the mail does not know.
 */
import { createLocalJWKSet, errors, importJWK, jwtVerify, SignJWT } from 'jose';
import { ContactQuestion, type ServiceName } from '@leads/contracts';
import { keyHolder, type ServiceKey, type SigningKey } from '@leads/contracts/service-keys';
import { DAY_MS } from '@leads/pacing';
import { z } from 'zod';

/** For how long a link is good, in milliseconds. */
export const CONTACT_LINK_MS = 14 * DAY_MS;

/** What is signed, so that the same key's signature of a request or a record is never taken for one of a link. */
const TYPE = 'leads-contact+jwt';
const ASKS: ServiceName = 'notification';
const ANSWERS: ServiceName = 'portal';

const Claims = z.object({
  sub: z.uuid(),
  // What a Date can be, in seconds.
  exp: z.number().max(8_640_000_000_000),
  publisher: ContactQuestion.shape.publisher,
  address: z.string(),
});

/** What a token says, or why it says nothing. */
export type ContactLinkRead =
  { kind: 'good'; question: ContactQuestion; expiresAt: Date } | { kind: 'expired' } | { kind: 'refused' };

/** Makes the token of a link. @param now milliseconds since the epoch */
export async function signContactLink(
  { contactId, publisher, address }: ContactQuestion,
  { key, now }: { key: SigningKey; now: number },
): Promise<string> {
  const seconds = Math.floor(now / 1_000);
  return new SignJWT({ publisher, address })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: TYPE })
    .setIssuer(ASKS)
    .setAudience(ANSWERS)
    .setSubject(contactId)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + CONTACT_LINK_MS / 1_000)
    .sign(await importJWK(key, 'EdDSA'));
}

/** Reads a token that somebody sent. @param now milliseconds since the epoch */
export async function readContactLink(
  token: string,
  { keys, now }: { keys: readonly ServiceKey[]; now: number },
): Promise<ContactLinkRead> {
  const known = keys.filter((key) => keyHolder(key) === ASKS);
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: known }), {
      ...{ algorithms: ['EdDSA', 'Ed25519'], typ: TYPE, issuer: ASKS, audience: ANSWERS },
      currentDate: new Date(now),
    });
    const { sub: contactId, exp, publisher, address } = Claims.parse(payload);
    return { kind: 'good', question: { contactId, publisher, address }, expiresAt: new Date(exp * 1_000) };
  } catch (error) {
    // Whatever else is wrong with it, it is nobody's signature.
    return { kind: error instanceof errors.JWTExpired ? 'expired' : 'refused' };
  }
}
