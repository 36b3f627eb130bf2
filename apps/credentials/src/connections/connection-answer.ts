/** A connection as the API answers it: secrets are never in it, only when they were set and when they expire. */
import { z } from 'zod';
import { MappingWarning } from '@leads/contracts';
import { writeContactEmails } from '@leads/contracts/connection-details';
import { type Connection, ConnectionFacts } from '../connection-facts.ts';
import type { ConnectionVersion } from './connection-store.ts';
import type { Connections } from './connections.ts';

/** What is answered for a connection, or for one of its versions. */
export const ConnectionAnswer = ConnectionFacts.omit({
  secret: true,
  addressKey: true,
  contactEmails: true,
})
  .extend({
    connectionId: z.uuid(),
    version: z.int().positive(),
    contactEmails: z.string().describe('Addresses separated by semicolons, as they are entered.'),
    secret: ConnectionFacts.shape.secret.omit({ version: true }),
    leadAddressSetAt: z.iso.datetime(),
    earlierAddresses: z
      .array(z.object({ until: z.iso.datetime() }))
      .optional()
      .describe('Lead addresses that were replaced, and until when each still works.'),
    changedAt: z.iso.datetime(),
    changedBy: z.string(),
  })
  .meta({ id: 'Connection' });
export type ConnectionAnswer = z.infer<typeof ConnectionAnswer>;

export const ConnectionList = z
  .object({ connections: z.array(ConnectionAnswer) })
  .meta({ id: 'Connections' });
export type ConnectionList = z.infer<typeof ConnectionList>;

/** One version, and what made it. */
export const VersionAnswer = ConnectionAnswer.extend({ change: z.string() }).meta({ id: 'Version' });
export type VersionAnswer = z.infer<typeof VersionAnswer>;

export const VersionList = z.object({ versions: z.array(VersionAnswer) }).meta({ id: 'Versions' });
export type VersionList = z.infer<typeof VersionList>;

/** One connection with the address that its leads are posted to: for its owner's eyes. */
export const WithLeadAddress = ConnectionAnswer.extend({
  leadAddress: z.url().optional(),
  sameApplication: z
    .array(z.object({ connectionId: z.uuid(), offer: ConnectionFacts.shape.offer }))
    .optional()
    .describe('The publisher’s other connections of this application: they need a new secret as well.'),
  warnings: z
    .array(MappingWarning)
    .optional()
    .describe('After a save: what of the mapping the organization would not take, or could not be checked.'),
}).meta({ id: 'WithLeadAddress' });
export type WithLeadAddress = z.infer<typeof WithLeadAddress>;

export function answerOf({
  connectionId,
  version,
  facts,
  changedAt,
  changedBy,
}: Connection): ConnectionAnswer {
  const { secret, addressKey, contactEmails, ...details } = facts;
  const { kind, setAt, expiresOn } = secret;
  const earlier = (addressKey.earlier ?? []).map(({ until }) => ({ until }));
  return {
    connectionId,
    version,
    ...details,
    contactEmails: writeContactEmails(contactEmails),
    secret: { kind, setAt, ...(expiresOn === undefined ? {} : { expiresOn }) },
    leadAddressSetAt: addressKey.setAt,
    ...(earlier.length > 0 && { earlierAddresses: earlier }),
    changedAt: changedAt.toISOString(),
    changedBy,
  };
}

/** One version as it is answered. */
export function versionOf(version: ConnectionVersion): VersionAnswer {
  return { ...answerOf(version), change: version.change };
}

/**
 * One connection as it is answered to who may see its lead address.
 * @param warned of its details, where they were just saved
 */
export async function withLeadAddress(
  connections: Connections,
  connection: Connection,
  warned?: Promise<MappingWarning[]>,
): Promise<WithLeadAddress> {
  const [leadAddress, others, warnings = []] = await Promise.all([
    connections.leadAddress(connection),
    connections.sameApplication(connection),
    warned,
  ]);
  const sameApplication = others.map(({ connectionId, facts: { offer } }) => ({ connectionId, offer }));
  return {
    ...answerOf(connection),
    ...(leadAddress === undefined ? {} : { leadAddress }),
    ...(sameApplication.length === 0 ? {} : { sameApplication }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}
