/** The mails as rows: who is still to get what, and who is sending it at the moment. */
import { Incident, type LeadWritten } from '@leads/contracts';
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { shareContacts } from '../contacts/keep-contacts.ts';
import { wantAsked } from '../contacts/ask-contacts.ts';
import type { DeliveryReport } from '../smtp/delivery-report.ts';
import type { MailsTable, NotificationTables } from '../tables.ts';
import type { Letter } from './letters.ts';
import { settling } from './settling.ts';
import { DECLINED, TOLD, type ToldMail } from './tell-mailed.ts';

type Database = Kysely<NotificationTables>;

/** What a mail is sent about: an occasion is one mail. */
export interface Occasion {
  kind: MailsTable['kind'];
  /** The lead's id, or the letter's; of a mail to one contact that waited for them, or asks them, its own. */
  aboutId: string;
  /** Of a letter, one of those that it is about. */
  connectionId: string;
  /** A `LeadWritten`, an {@link IncidentTold} or a `ContactQuestion` as JSON. */
  event: string;
}

/** A mail that this process may send until its claim runs out. */
export interface ClaimedMail extends Occasion {
  offerTitle: string;
  /** The organisation's origin; `null` where it is not known. */
  organization: string | null;
  /** Everybody whom the mail is to. */
  contacts: string[];
  /** Those of them who have neither got it nor refused it. */
  remaining: string[];
  /** Which claim this is, counted from 1: only the newest may settle the mail. */
  attempts: number;
}

/** The occasion that a written lead is, once a lead. */
export function aboutLead(written: z.infer<typeof LeadWritten>): Occasion {
  const { leadId, connectionId } = written;
  return { kind: 'lead-written', aboutId: leadId, connectionId, event: JSON.stringify(written) };
}

/** What a letter says, apart from which offers it is about. */
export const IncidentTold = z.object({
  told: z.enum(['opened', 'reminded', 'resolved']),
  incident: Incident,
});
export type IncidentTold = z.infer<typeof IncidentTold>;

/** With the offers of who gets it. */
export const IncidentMailEvent = IncidentTold.extend({
  offers: z.array(
    z.object({ connectionId: z.uuid(), title: z.string(), organization: z.string().nullable() }),
  ),
});
export type IncidentMailEvent = z.infer<typeof IncidentMailEvent>;

/** Makes one mail a letter; one that was written before changes nothing. What waits for its contact ends after `heldMs`. */
export async function addLetters(
  transaction: Transaction<NotificationTables>,
  said: IncidentTold,
  letters: readonly Letter[],
  heldMs: number,
): Promise<void> {
  if (letters.length === 0) return;
  const rows = letters.map(({ aboutId, contact, offers }) => ({
    aboutId,
    contact,
    connectionId: offers[0]?.connectionId ?? '',
    event: JSON.stringify({ ...said, offers } satisfies IncidentMailEvent),
  }));
  await shareContacts(transaction);
  const added = await sql<{ contact_id: string | null }>`
    insert into mails (kind, about_id, connection_id, event, contacts, contact_id, state, due_at, refused, refusals,
                       settled_at)
    select 'incident', about_id, connection_id, event, array[contact], contact_id, state,
           case when state = 'held' then ${afterMs(heldMs)} else now() end,
           case when state = 'refused' then array[contact] else '{}' end,
           case when state = 'refused' then jsonb_build_object(contact, ${DECLINED}::text) else '{}' end,
           case when state = 'refused' then now() end
    from (
      select letter.*, contacts.contact_id,
             case when contacts.state in ('own-domain', 'confirmed') then 'due'
                  when contacts.state = 'declined' then 'refused' else 'held' end as state
      from unnest(${rows.map(({ aboutId }) => aboutId)}::uuid[],
                  ${rows.map(({ connectionId }) => connectionId)}::uuid[],
                  ${rows.map(({ event }) => event)}::text[],
                  ${rows.map(({ contact }) => contact)}::text[])
        as letter (about_id, connection_id, event, contact)
      left join connections using (connection_id)
      left join contacts
        on contacts.contacts_of = connections.contacts_of and contacts.address = lower(letter.contact)
    ) as letters
    on conflict (kind, about_id) do nothing
    returning contact_id
  `.execute(transaction);
  await wantAsked(
    transaction,
    added.rows.flatMap((row) => row.contact_id ?? []),
  );
}

/**
 * Makes one mail an occasion, addressed to the contacts as they are now; one that has its mail changes nothing. What
 * waits for a contact is a mail of its own, and ends after `heldMs`.
 */
export async function addMails(database: Database, occasions: Occasion[], heldMs: number): Promise<void> {
  if (occasions.length === 0) return;
  await addressing(
    database,
    sql`
      insert into mails (kind, about_id, connection_id, event, ${ADDRESSED_COLUMNS})
      select kind, about_id, connection_id, event, ${ADDRESSED}
      from unnest(${occasions.map(({ kind }) => kind)}::text[],
                  ${occasions.map(({ aboutId }) => aboutId)}::uuid[],
                  ${occasions.map(({ connectionId }) => connectionId)}::uuid[],
                  ${occasions.map(({ event }) => event)}::text[])
        as occasion (kind, about_id, connection_id, event)
      left join connections using (connection_id)
      cross join ${ADDRESSEES}
      on conflict (kind, about_id) do nothing
      returning *
    `,
    heldMs,
  );
}

/** Addresses the mails that waited for a connection which has become known since. */
export async function addressMails(database: Database, heldMs: number): Promise<void> {
  await addressing(
    database,
    sql`
      update mails set (${ADDRESSED_COLUMNS}) = (select ${ADDRESSED} from ${ADDRESSEES}), due_at = now()
      from connections
      where mails.state = 'unaddressed' and connections.connection_id = mails.connection_id
      returning mails.*
    `,
    heldMs,
  );
}

/** The contacts of a row of `connections`, by whether they may get its mails. */
const ADDRESSEES = sql`lateral (
  select
    coalesce(array_agg(email order by place) filter (where state in ('own-domain', 'confirmed')), '{}') as allowed,
    coalesce(array_agg(email order by place) filter (where state = 'declined'), '{}') as declined,
    coalesce(array_agg(email order by place) filter (where coalesce(state, 'waiting') = 'waiting'), '{}') as waiting
  from unnest(connections.contact_emails) with ordinality as listed (email, place)
  left join contacts on contacts.contacts_of = connections.contacts_of and contacts.address = lower(email)
) as addressees`;
const ADDRESSED_COLUMNS = sql`state, contacts, waiting, declined, settled_at`;
const ADDRESSED = sql`
  case when connections.contact_emails is null then 'unaddressed'
       when addressees.allowed = '{}' then 'no-contacts' else 'due' end,
  addressees.allowed, addressees.waiting, addressees.declined,
  case when connections.contact_emails is not null and addressees.allowed = '{}' then now() end`;

/** @param statement gives the rows of `mails` that it has addressed */
async function addressing(database: Database, statement: RawBuilder<unknown>, heldMs: number): Promise<void> {
  const addressed = sql<ToldMail>`
    with addressed as (${statement}), held as (
      insert into mails (kind, about_id, connection_id, event, state, contacts, contact_id, due_at)
      select addressed.kind, gen_random_uuid(), connection_id, addressed.event, 'held', array[email],
             contacts.contact_id, ${afterMs(heldMs)}
      from addressed cross join unnest(addressed.waiting) as email
      join connections using (connection_id)
      left join contacts on contacts.contacts_of = connections.contacts_of and contacts.address = lower(email)
    )
    select ${TOLD} from addressed as mails
  `;
  await settling(database, addressed, async (transaction, rows) => {
    const waiting = rows.filter((row) => row.waiting.length > 0).map((row) => row.connection_id);
    if (waiting.length === 0) return;
    const { rows: contacts } = await sql<{ contact_id: string }>`
      select contact_id from connections join contacts using (contacts_of)
      where connection_id = any(${[...new Set(waiting)]}::uuid[]) and asked_at is null and state = 'waiting'
        and exists (select from unnest(contact_emails) as email where lower(email) = address)
    `.execute(transaction);
    await wantAsked(
      transaction,
      contacts.map((row) => row.contact_id),
    );
  });
}

/** So many milliseconds from now, by the database's clock. */
const afterMs = (ms: number) => sql<Date>`now() + ${ms}::float8 * interval '1 millisecond'`;

/**
 * Takes mails that are due for this process alone: of each connection those that have waited longest, and as many of
 * one connection as of any other, so that nobody's flood delays the rest.
 * @param holdMs after which others may take them over, should this process have died
 */
export async function claimMails(database: Database, limit: number, holdMs: number): Promise<ClaimedMail[]> {
  const { rows } = await sql<ClaimedMail>`
    with recursive waiting as (
      -- One step of the index a connection, however many mails each of them has.
      (select connection_id from mails where state = 'due' order by connection_id limit 1)
      union all
      select (select mails.connection_id from mails
              where state = 'due' and mails.connection_id > waiting.connection_id
              order by mails.connection_id limit 1)
      from waiting where waiting.connection_id is not null
    ), turns as (
      select next.*, row_number() over (partition by waiting.connection_id order by next.due_at) as turn
      from waiting cross join lateral (
        select kind, about_id, due_at from mails
        where state = 'due' and mails.connection_id = waiting.connection_id and due_at <= now()
        order by due_at limit ${limit}
      ) as next
    ), due as (
      select mails.kind, mails.about_id from mails join turns using (kind, about_id)
      where mails.state = 'due' and mails.due_at <= now()
      order by turn, random() limit ${limit} for update of mails skip locked
    )
    update mails set attempts = attempts + 1, due_at = now() + ${holdMs} * interval '1 millisecond'
    from due, connections
    where mails.kind = due.kind and mails.about_id = due.about_id
      and connections.connection_id = mails.connection_id
    returning mails.kind, mails.about_id as "aboutId", mails.connection_id as "connectionId", event,
      contacts, attempts,
      array(select contact from unnest(contacts) as contact
            where contact <> all (delivered) and contact <> all (refused)) as remaining,
      offer_title as "offerTitle", organization
  `.execute(database);
  return rows;
}

/** Holds on to claimed mails that are still being sent. Those that another process has taken over stay its own. */
export async function holdMails(
  database: Database,
  mails: readonly Pick<ClaimedMail, 'kind' | 'aboutId' | 'attempts'>[],
  holdMs: number,
): Promise<void> {
  await sql`
    update mails set due_at = now() + ${holdMs} * interval '1 millisecond'
    from unnest(${mails.map(({ kind }) => kind)}::text[], ${mails.map(({ aboutId }) => aboutId)}::uuid[],
                ${mails.map(({ attempts }) => attempts)}::integer[]) as held (kind, about_id, attempts)
    where mails.kind = held.kind and mails.about_id = held.about_id and mails.attempts = held.attempts
      and mails.state = 'due'
  `.execute(database);
}

/**
 * Records what became of a claimed mail: settled, and told of, or due again for whoever has not got it.
 * @param retryMs in how many milliseconds it is due again, where somebody remains
 * @returns the mail's state now; `undefined` where another process has taken it over since
 */
export async function settleMail(
  database: Database,
  mail: Pick<ClaimedMail, 'kind' | 'aboutId' | 'attempts'>,
  report: DeliveryReport,
  retryMs: number,
): Promise<'sent' | 'refused' | 'due' | undefined> {
  const delivered = sql`(delivered || ${report.delivered}::text[])`;
  const refused = sql`(refused || ${report.refused.map(({ address }) => address)}::text[])`;
  const refusals = Object.fromEntries(report.refused.map(({ address, reason }) => [address, reason]));
  const settled = sql`(contacts <@ (${delivered} || ${refused}))`;
  const became = sql<ToldMail & { state: 'sent' | 'refused' | 'due' }>`
    update mails set
      delivered = ${delivered}, refused = ${refused}, last_failure = ${report.failure},
      refusals = refusals || ${JSON.stringify(refusals)}::jsonb,
      state = case when not ${settled} then 'due' when ${delivered} = '{}' then 'refused' else 'sent' end,
      settled_at = case when ${settled} then now() end,
      due_at = case when ${settled} then due_at else now() + ${retryMs} * interval '1 millisecond' end
    where kind = ${mail.kind} and about_id = ${mail.aboutId} and state = 'due' and attempts = ${mail.attempts}
    returning state, ${TOLD}
  `;
  const [row] = await settling(database, became);
  return row?.state;
}
