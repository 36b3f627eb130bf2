/** A connection as the API answers it: secrets are never in it, only when they were set and when they expire. */
import { writeContactEmails } from './contact-emails.ts';
import type { Connection, ConnectionFacts } from './connection-facts.ts';

export interface ConnectionAnswer extends Omit<ConnectionFacts, 'secret' | 'addressKey' | 'contactEmails'> {
  connectionId: string;
  version: number;
  /** Separated by semicolons, as they are entered. */
  contactEmails: string;
  secret: { setAt: string; expiresOn?: string };
  leadAddressSetAt: string;
  changedAt: string;
  changedBy: string;
}

export function answerOf({
  connectionId,
  version,
  facts,
  changedAt,
  changedBy,
}: Connection): ConnectionAnswer {
  const { secret, addressKey, contactEmails, ...details } = facts;
  const { setAt, expiresOn } = secret;
  return {
    connectionId,
    version,
    ...details,
    contactEmails: writeContactEmails(contactEmails),
    secret: { setAt, ...(expiresOn === undefined ? {} : { expiresOn }) },
    leadAddressSetAt: addressKey.setAt,
    changedAt: changedAt.toISOString(),
    changedBy,
  };
}
