/** What the environment says of the keys that services sign with, and what it comes to for records. */
import type { ServiceName } from '@leads/contracts';
import { keyHolder, readServiceKeys, readSigningKey } from '@leads/contracts/service-keys';
import type { RecordSigning } from '@leads/kafka';
import { z } from 'zod';
import { fileContent, understood } from './file-content.ts';

export const signingSettings = {
  /** The private Ed25519 key of this service, a JWK: signs its requests to other services and its records. */
  SERVICE_SIGNING_KEY_FILE: fileContent.transform(understood(readSigningKey)),
  /** A JWKS with the public keys of the services; while keys are changed it holds both of one. */
  SERVICE_KEYS_FILE: fileContent.transform(understood(readServiceKeys)),
  /** While a system is brought to a version that signs: until when records without a signature are taken. */
  UNSIGNED_RECORDS_ALLOWED_UNTIL: z.iso
    .datetime({ offset: true, error: 'must be a date and time such as 2027-02-01T12:00:00Z' })
    .transform((text) => Date.parse(text))
    .optional(),
};

export type SigningSettings = z.infer<z.ZodObject<typeof signingSettings>>;

/** A combination of settings that cannot be used; its message is one sentence, without any value. */
export class UnusableSigningSettings extends Error {}

const DAY_MS = 24 * 60 * 60_000;

/** For how many days ahead records without a signature may be let in: long enough for an upgrade, too short to be forgotten. */
const LONGEST_DAYS = 31;

/**
 * How a service's records are signed and checked; nothing where its settings say nothing of it, as those of commands do.
 * @param now milliseconds since the epoch
 * @throws UnusableSigningSettings where others would put aside what the service publishes, or it would take unsigned
 * records for long
 */
export function recordSigning(
  settings: Partial<SigningSettings>,
  service: ServiceName,
  now: number,
): { signing?: RecordSigning } {
  const { SERVICE_SIGNING_KEY_FILE: key, SERVICE_KEYS_FILE: known } = settings;
  const { UNSIGNED_RECORDS_ALLOWED_UNTIL: unsignedUntil } = settings;
  if (key === undefined || known === undefined) return {};
  if (keyHolder(key) !== service) {
    throw new UnusableSigningSettings(
      `SERVICE_SIGNING_KEY_FILE is not the key of ${service}: its kid has to be ${service}, or ${service}.<anything>.`,
    );
  }
  if (!known.some(({ kid, x }) => kid === key.kid && x === key.x)) {
    throw new UnusableSigningSettings(
      'The public half of SERVICE_SIGNING_KEY_FILE is not in SERVICE_KEYS_FILE, so nobody would believe what this service publishes: put it there first, and into the file of every other service.',
    );
  }
  if (unsignedUntil !== undefined && unsignedUntil > now + LONGEST_DAYS * DAY_MS) {
    throw new UnusableSigningSettings(
      `UNSIGNED_RECORDS_ALLOWED_UNTIL is more than ${LONGEST_DAYS} days ahead: until then anybody who reaches the broker would be believed.`,
    );
  }
  return { signing: { key, known, ...(unsignedUntil !== undefined && { unsignedUntil }) } };
}
