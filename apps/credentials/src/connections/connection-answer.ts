/** A connection as the API answers it: secrets are never in it, only when they were set and when they expire. */
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { writeContactEmails } from '@leads/contracts/connection-details';
import { type Connection, ConnectionFacts } from './connection-facts.ts';
import { etagOf } from './connection-requests.ts';
import type { Connections } from './connections.ts';

/** What is answered for a connection, or for one of its versions. */
export const ConnectionAnswer = ConnectionFacts.omit({
  secret: true,
  addressKey: true,
  contactEmails: true,
}).extend({
  connectionId: z.uuid(),
  version: z.int().positive(),
  contactEmails: z.string().describe('Addresses separated by semicolons, as they are entered.'),
  secret: ConnectionFacts.shape.secret.omit({ version: true }),
  leadAddressSetAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
  changedBy: z.string(),
});
export type ConnectionAnswer = z.infer<typeof ConnectionAnswer>;

/** One version, and what made it. */
export const VersionAnswer = ConnectionAnswer.extend({ change: z.string() });
export type VersionAnswer = z.infer<typeof VersionAnswer>;

/** One connection with the address that its leads are posted to: for its owner's eyes. */
export const WithLeadAddress = ConnectionAnswer.extend({ leadAddress: z.url().optional() });
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
  return {
    connectionId,
    version,
    ...details,
    contactEmails: writeContactEmails(contactEmails),
    secret: { kind, setAt, ...(expiresOn === undefined ? {} : { expiresOn }) },
    leadAddressSetAt: addressKey.setAt,
    changedAt: changedAt.toISOString(),
    changedBy,
  };
}

/** Answers one connection with its version as ETag. */
export async function answerWithAddress(
  connections: Connections,
  connection: Connection,
  reply: FastifyReply,
): Promise<WithLeadAddress> {
  reply.header('etag', etagOf(connection));
  const leadAddress = await connections.leadAddress(connection);
  return { ...answerOf(connection), ...(leadAddress === undefined ? {} : { leadAddress }) };
}
