/** A connection as the API answers it: secrets are never in it, only when they were set and when they expire. */
import type { FastifyReply } from 'fastify';
import { writeContactEmails } from './contact-emails.ts';
import type { Connection, ConnectionFacts } from './connection-facts.ts';
import { etagOf } from './connection-requests.ts';
import type { Connections } from './connections.ts';

export interface ConnectionAnswer extends Omit<ConnectionFacts, 'secret' | 'addressKey' | 'contactEmails'> {
  connectionId: string;
  version: number;
  /** Separated by semicolons, as they are entered. */
  contactEmails: string;
  secret: { kind: ConnectionFacts['secret']['kind']; setAt: string; expiresOn?: string };
  leadAddressSetAt: string;
  changedAt: string;
  changedBy: string;
}

/** One connection with the address that its leads are posted to: for its owner's eyes. */
export interface WithLeadAddress extends ConnectionAnswer {
  leadAddress: string | undefined;
}

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
  return { ...answerOf(connection), leadAddress: await connections.leadAddress(connection) };
}
