/** Tells the other services what became of a lead's mail, in the transaction that settles it. */
import { type LeadMailed, LeadWritten, topics, own } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { z } from 'zod';
import type { MailsTable, NotificationTables } from '../tables.ts';

/** What {@link tellMailed} reads of a mail. */
export interface ToldMail {
  kind: MailsTable['kind'];
  about_id: string;
  connection_id: string;
  contacts: string[];
  delivered: string[];
  /** What the mail server said, by refused address. */
  refusals: Record<string, string>;
  settled_at: Date | null;
  /** Not read of a mail that is not settled. */
  event: string | null;
}

/** The columns of {@link ToldMail}, for a statement on `mails` to return. */
export const TOLD = sql`
  mails.kind, mails.about_id, mails.connection_id, mails.contacts, mails.delivered, mails.refusals, mails.settled_at,
  case when mails.settled_at is not null then mails.event end as event`;

/** Publishes, through the outbox, what became of each lead's mail among these that is settled. */
export async function tellMailed(transaction: Kysely<NotificationTables>, mails: ToldMail[]): Promise<void> {
  const mailed = mails.flatMap((mail) => {
    const { kind, settled_at: settledAt, event } = mail;
    if (kind !== 'lead-written' || settledAt === null || event === null) return [];
    return [mailedOf(mail, settledAt, LeadWritten.parse(JSON.parse(event)))];
  });
  await addToOutbox(transaction, topics.leadsMailed, mailed);
}

function mailedOf(
  mail: ToldMail,
  settledAt: Date,
  { isTest, receivedAt }: Pick<z.infer<typeof LeadWritten>, 'isTest' | 'receivedAt'>,
): LeadMailed {
  return {
    leadId: mail.about_id,
    connectionId: mail.connection_id,
    at: settledAt.toISOString(),
    ...(receivedAt === undefined ? {} : { receivedAt }),
    isTest,
    recipients: mail.contacts.map((address) => {
      if (mail.delivered.includes(address)) return { address, result: 'sent' };
      const reason = own(mail.refusals, address);
      return { address, result: 'refused', ...(reason === undefined ? {} : { reason }) };
    }),
  };
}
