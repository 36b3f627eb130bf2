/** The mails as rows: who is still to get what, and who is sending it at the moment. */
import type { LeadWritten } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import type { z } from 'zod';
import type { DeliveryReport } from './delivery-report.ts';
import type { NotificationTables } from './tables.ts';

type Database = Kysely<NotificationTables>;

/** A mail that this process may send until its claim runs out. */
export interface ClaimedMail {
  leadId: string;
  connectionId: string;
  /** A `LeadWritten` as JSON. */
  outcome: string;
  offerTitle: string;
  /** Everybody whom the mail is to. */
  contacts: string[];
  /** Those of them who have neither got it nor refused it. */
  remaining: string[];
  /** Which claim this is, counted from 1: only the newest may settle the mail. */
  attempts: number;
}

/** Makes one mail a lead, addressed to the contacts as they are now; a lead that has its mail changes nothing. */
export async function addMails(database: Database, written: z.infer<typeof LeadWritten>[]): Promise<void> {
  if (written.length === 0) return;
  await sql`
    insert into mails (kind, lead_id, connection_id, outcome, state, contacts, settled_at)
    select 'lead-written', lead_id, connection_id, outcome, ${STATE_BY_CONTACTS},
           coalesce(contact_emails, '{}'), ${SETTLED_WITHOUT_CONTACTS}
    from unnest(${written.map((outcome) => outcome.leadId)}::uuid[],
                ${written.map((outcome) => outcome.connectionId)}::uuid[],
                ${written.map((outcome) => JSON.stringify(outcome))}::text[])
      as lead (lead_id, connection_id, outcome)
    left join connections using (connection_id)
    on conflict (kind, lead_id) do nothing
  `.execute(database);
}

const STATE_BY_CONTACTS = sql`
  case when contact_emails is null then 'unaddressed' when contact_emails = '{}' then 'no-contacts' else 'due' end`;
const SETTLED_WITHOUT_CONTACTS = sql`case when contact_emails = '{}' then now() end`;

/** Addresses the mails that waited for a connection which has become known since. */
export async function addressMails(database: Database): Promise<void> {
  await sql`
    update mails set state = ${STATE_BY_CONTACTS}, contacts = contact_emails,
                     settled_at = ${SETTLED_WITHOUT_CONTACTS}, due_at = now()
    from connections
    where mails.state = 'unaddressed' and connections.connection_id = mails.connection_id
  `.execute(database);
}

/**
 * Takes mails that are due, the longest waiting first, for this process alone.
 * @param holdMs after which others may take them over, should this process have died
 */
export async function claimMails(database: Database, limit: number, holdMs: number): Promise<ClaimedMail[]> {
  const { rows } = await sql<ClaimedMail>`
    with due as (
      select kind, lead_id from mails where state = 'due' and due_at <= now()
      order by due_at limit ${limit} for update skip locked
    )
    update mails set attempts = attempts + 1, due_at = now() + ${holdMs} * interval '1 millisecond'
    from due where mails.kind = due.kind and mails.lead_id = due.lead_id
    returning mails.lead_id as "leadId", connection_id as "connectionId", outcome, contacts, attempts,
      array(select contact from unnest(contacts) as contact
            where contact <> all (delivered) and contact <> all (refused)) as remaining,
      (select offer_title from connections where connection_id = mails.connection_id) as "offerTitle"
  `.execute(database);
  return rows;
}

/**
 * Records what became of a claimed mail: settled, or due again for whoever has not got it.
 * @param retryMs in how many milliseconds it is due again, where somebody remains
 * @returns the mail's state now; `undefined` where another process has taken it over since
 */
export async function settleMail(
  database: Database,
  mail: Pick<ClaimedMail, 'leadId' | 'attempts'>,
  report: DeliveryReport,
  retryMs: number,
): Promise<'sent' | 'refused' | 'due' | undefined> {
  const delivered = sql`(delivered || ${report.delivered}::text[])`;
  const refused = sql`(refused || ${report.refused}::text[])`;
  const settled = sql`(contacts <@ (${delivered} || ${refused}))`;
  const { rows } = await sql<{ state: 'sent' | 'refused' | 'due' }>`
    update mails set
      delivered = ${delivered}, refused = ${refused}, last_failure = ${report.failure},
      state = case when not ${settled} then 'due' when ${delivered} = '{}' then 'refused' else 'sent' end,
      settled_at = case when ${settled} then now() end,
      due_at = case when ${settled} then due_at else now() + ${retryMs} * interval '1 millisecond' end
    where kind = 'lead-written' and lead_id = ${mail.leadId} and state = 'due' and attempts = ${mail.attempts}
    returning state
  `.execute(database);
  return rows[0]?.state;
}
