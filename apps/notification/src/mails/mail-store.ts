/** Makes rows of occasions: one mail a recipient, unique by what it is about, its kind and whom it is to. */
import { Incident, type LeadWritten } from '@leads/contracts';
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { shareContacts } from '../contacts/keep-contacts.ts';
import { wantAsked } from '../contacts/ask-contacts.ts';
import type { MailsTable, NotificationTables } from '../tables.ts';
import type { Letter } from './letters.ts';
import { settling } from './settling.ts';
import { DECLINED, TOLD, type ToldMail } from './tell-mailed.ts';

type Database = Kysely<NotificationTables>;

/** What mails are sent about: an occasion is one mail to each recipient. */
export interface Occasion {
  kind: MailsTable['kind'];
  /** The lead's id, or the letter's; of a mail that asks a contact, its own. */
  aboutId: string;
  /** Of a letter, one of those that it is about. */
  connectionId: string;
  /** A `LeadWritten`, an {@link IncidentTold} or a `ContactQuestion` as JSON. */
  event: string;
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
    insert into mails (kind, about_id, connection_id, event, recipient, contact_id, state, due_at, reason, settled_at)
    select 'incident', about_id, connection_id, event, contact, contact_id, state,
           case when state = 'held' then ${afterMs(heldMs)} else now() end,
           case when is_struck_off then ${STRUCK_OFF} when state = 'refused' then ${DECLINED}::text end,
           case when state = 'refused' then now() end
    from (
      select letter.*, contacts.contact_id,
             ${STANDING} as state, ${IS_STRUCK_OFF} as is_struck_off, contacts.bounce_reason as contacts_said
      from unnest(${rows.map(({ aboutId }) => aboutId)}::uuid[],
                  ${rows.map(({ connectionId }) => connectionId)}::uuid[],
                  ${rows.map(({ event }) => event)}::text[],
                  ${rows.map(({ contact }) => contact)}::text[])
        as letter (about_id, connection_id, event, contact)
      left join connections using (connection_id)
      left join contacts
        on contacts.contacts_of = connections.contacts_of and contacts.address = lower(letter.contact)
    ) as letters
    on conflict do nothing
    returning contact_id
  `.execute(transaction);
  await wantAsked(
    transaction,
    added.rows.flatMap((row) => row.contact_id ?? []),
  );
}

/** Whether its address is struck off, and what becomes of a mail by how its contact stands. */
const IS_STRUCK_OFF = sql`coalesce(contacts.struck_off and contacts.state <> 'declined', false)`;
const STANDING = sql`case when contacts.state = 'declined' or contacts.struck_off then 'refused'
                          when contacts.state in ('own-domain', 'confirmed') then 'due' else 'held' end`;
const STRUCK_OFF = sql`'Nothing is sent to this address any more: the mail server said, twice, that it does not exist ('
      || coalesce(contacts_said, '') || '). Correct the contact list, or save it as it is to have it tried again.'`;

/**
 * Makes one mail an occasion and contact, by how the contacts are now; an occasion that has mails already changes
 * nothing, whoever are contacts since. What waits for its contact ends after `heldMs`.
 */
export async function addMails(database: Database, occasions: Occasion[], heldMs: number): Promise<void> {
  if (occasions.length === 0) return;
  await addressing(
    database,
    sql`
      select *, now() as created_at
      from unnest(${occasions.map(({ kind }) => kind)}::text[],
                  ${occasions.map(({ aboutId }) => aboutId)}::uuid[],
                  ${occasions.map(({ connectionId }) => connectionId)}::uuid[],
                  ${occasions.map(({ event }) => event)}::text[])
        as told (kind, about_id, connection_id, event)
      where not exists (select from mails where mails.kind = told.kind and mails.about_id = told.about_id)
    `,
    heldMs,
  );
}

/** Addresses the mails that waited for a connection which has become known since. */
export async function addressMails(database: Database, heldMs: number): Promise<void> {
  const { rows } = await sql`
    select from mails join connections using (connection_id) where mails.state = 'unaddressed' limit 1
  `.execute(database);
  if (rows.length === 0) return;
  await addressing(
    database,
    sql`
      delete from mails using connections
      where mails.state = 'unaddressed' and connections.connection_id = mails.connection_id
      returning kind, about_id, mails.connection_id, event, created_at
    `,
    heldMs,
  );
}

/** @param occasions gives those that mails are to be made of */
async function addressing(database: Database, occasions: RawBuilder<unknown>, heldMs: number): Promise<void> {
  const added = sql<ToldMail & { contact_id: string | null }>`
    with occasion as (${occasions}), addressed as (
      select occasion.*, coalesce(listed.email, '') as recipient, place, contacts.contact_id,
             contacts.bounce_reason as contacts_said, ${IS_STRUCK_OFF} as is_struck_off,
             case when connections.connection_id is null then 'unaddressed'
                  when listed.email is null then 'no-contacts' else ${STANDING} end as state
      from occasion left join connections using (connection_id)
      left join lateral unnest(connections.contact_emails) with ordinality as listed (email, place) on true
      left join contacts
        on contacts.contacts_of = connections.contacts_of and contacts.address = lower(listed.email)
    )
    insert into mails (kind, about_id, connection_id, event, created_at, recipient, contact_id, state, due_at, reason,
                       settled_at)
    select kind, about_id, connection_id, event, created_at, recipient, contact_id, state,
           case when state = 'held' then ${afterMs(heldMs)} else now() end,
           case when is_struck_off then ${STRUCK_OFF} when state = 'refused' then ${DECLINED}::text end,
           case when state in ('refused', 'no-contacts') then now() end
    from addressed order by kind, about_id, place
    on conflict do nothing
    returning ${TOLD}, mails.contact_id
  `;
  await settling(database, added, async (transaction, rows) => {
    const held = rows.flatMap(({ state, contact_id: id }) => (state === 'held' && id !== null ? [id] : []));
    await wantAsked(transaction, [...new Set(held)]);
  });
}

/** So many milliseconds from now, by the database's clock. */
const afterMs = (ms: number) => sql<Date>`now() + ${ms}::float8 * interval '1 millisecond'`;
