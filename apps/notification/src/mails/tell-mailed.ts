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
  /** Contacts whom the mail does not go to: until they confirm, and because they want none. */
  waiting: string[];
  declined: string[];
  /** What the mail server said, by refused address. */
  refusals: Record<string, string>;
  settled_at: Date | null;
  /** Not read of a mail that is not settled. */
  event: string | null;
}

/** What is told of a contact who wants no mails. */
export const DECLINED = 'They have said that they want no mails about leads of this publisher.';

/** The columns of {@link ToldMail}, for a statement on `mails` to return. */
export const TOLD = sql`
  mails.kind, mails.about_id, mails.connection_id, mails.contacts, mails.delivered, mails.waiting, mails.declined,
  mails.refusals, mails.settled_at,
  case when mails.settled_at is not null then mails.event end as event`;

/** Publishes, through the outbox, what became of each lead's mail among these that is settled. */
export async function tellMailed(transaction: Kysely<NotificationTables>, mails: ToldMail[]): Promise<void> {
  const mailed = mails.flatMap((mail) => {
    const { kind, settled_at: settledAt, event } = mail;
    if (kind !== 'lead-written' || settledAt === null || event === null) return [];
    return [mailedOf(mail, settledAt, LeadWritten.parse(JSON.parse(event)))];
  });
  await addToOutbox(transaction, topics.leadsMailed, together(mailed));
}

/** What is settled of one lead at one moment is one event, for a timeline has one entry a moment. */
function together(mailed: readonly LeadMailed[]): LeadMailed[] {
  return [...Map.groupBy(mailed, ({ leadId, at }) => `${leadId} ${at}`).values()].flatMap(
    ([first, ...others]) =>
      first === undefined
        ? []
        : { ...first, recipients: [first, ...others].flatMap(({ recipients }) => recipients) },
  );
}

function mailedOf(
  mail: ToldMail,
  settledAt: Date,
  { leadId, isTest, receivedAt }: Pick<z.infer<typeof LeadWritten>, 'leadId' | 'isTest' | 'receivedAt'>,
): LeadMailed {
  return {
    leadId,
    connectionId: mail.connection_id,
    at: settledAt.toISOString(),
    ...(receivedAt === undefined ? {} : { receivedAt }),
    isTest,
    recipients: [
      ...mail.contacts.map((address): LeadMailed['recipients'][number] => {
        if (mail.delivered.includes(address)) return { address, result: 'sent' };
        const reason = own(mail.refusals, address);
        return { address, result: 'refused', ...(reason === undefined ? {} : { reason }) };
      }),
      ...mail.declined.map((address) => ({ address, result: 'refused' as const, reason: DECLINED })),
    ],
    ...(mail.waiting.length > 0 && { waiting: mail.waiting }),
  };
}
