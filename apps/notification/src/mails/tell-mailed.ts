/** Tells the other services what became of a lead's mails, recipient by recipient, in the transaction that settles them. */
import { type LeadMailed, LeadWritten, topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { MailsTable, NotificationTables } from '../tables.ts';

/** What {@link tellMailed} reads of a mail. */
export interface ToldMail {
  kind: MailsTable['kind'];
  about_id: string;
  connection_id: string;
  recipient: string;
  state: MailsTable['state'];
  reason: string | null;
  event: string;
  /** When it became so. */
  at: Date;
}

/** What is told of a contact who wants no mails. */
export const DECLINED = 'They have said that they want no mails about leads of this publisher.';

/** The columns of {@link ToldMail}, for a statement on `mails` to return. */
export const TOLD = sql`
  mails.kind, mails.about_id, mails.connection_id, mails.recipient, mails.state, mails.reason, mails.event, now() as at`;

/** Publishes, through the outbox, what became of leads' mails: one event a lead and moment, for a timeline has one entry a moment. */
export async function tellMailed(
  transaction: Kysely<NotificationTables>,
  mails: readonly ToldMail[],
): Promise<void> {
  const ofLeads = mails.filter(({ kind, state }) => kind === 'lead-written' && IS_NEWS.has(state));
  const together = Map.groupBy(ofLeads, ({ about_id: leadId, at }) => `${leadId} ${at.getTime()}`);
  await addToOutbox(transaction, topics.leadsMailed, [...together.values()].flatMap(mailedOf));
}

const IS_NEWS: ReadonlySet<MailsTable['state']> = new Set(['held', 'sent', 'refused', 'no-contacts']);

function mailedOf(mails: readonly ToldMail[]): LeadMailed[] {
  const [first] = mails;
  if (!first) return [];
  const { leadId, isTest, receivedAt } = LeadWritten.parse(JSON.parse(first.event));
  const waiting = mails.flatMap(({ state, recipient }) => (state === 'held' ? [recipient] : []));
  return [
    {
      ...{ leadId, connectionId: first.connection_id, at: first.at.toISOString(), isTest },
      ...(receivedAt === undefined ? {} : { receivedAt }),
      recipients: mails.flatMap(({ state, recipient: address, reason }): LeadMailed['recipients'] => {
        if (state === 'sent') return [{ address, result: 'sent' }];
        if (state !== 'refused') return [];
        return [{ address, result: 'refused', ...(reason !== null && { reason }) }];
      }),
      ...(waiting.length > 0 && { waiting }),
    },
  ];
}
