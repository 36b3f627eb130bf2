/** Contacts of connections that were known before their publisher was told become the publisher's. */
import { type Kysely, sql } from 'kysely';
import type { NotificationTables } from '../tables.ts';

/** Where the publisher has one of the same address already, the two become one, and a "no" counts before a "yes". */
export async function adoptContacts(
  transaction: Kysely<NotificationTables>,
  connectionIds: readonly string[],
): Promise<void> {
  await sql`
    with adopted as (
      select distinct on (connections.publisher_id, contacts.address) contact_id, connections.publisher_id
      from connections join contacts on contacts.contacts_of = connections.connection_id::text
      where connections.connection_id = any(${connectionIds}::uuid[]) and connections.publisher_id is not null
        and not exists (
          select from contacts as other
          where other.contacts_of = connections.publisher_id and other.address = contacts.address)
      order by connections.publisher_id, contacts.address
    )
    update contacts set contacts_of = adopted.publisher_id from adopted
    where contacts.contact_id = adopted.contact_id
  `.execute(transaction);
  const { rows } = await sql<{ ours: string; theirs: string }>`
    select ours.contact_id as ours, theirs.contact_id as theirs
    from connections
    join contacts as ours on ours.contacts_of = connections.connection_id::text
    join contacts as theirs on theirs.contacts_of = connections.publisher_id and theirs.address = ours.address
    where connections.connection_id = any(${connectionIds}::uuid[])
  `.execute(transaction);
  if (rows.length === 0) return;
  const pairs = sql`unnest(${rows.map(({ ours }) => ours)}::uuid[], ${rows.map(({ theirs }) => theirs)}::uuid[])
    as pair (ours, theirs)`;
  await sql`
    with best as (
      select theirs, max(answer) as answer, max(answered_at) as at
      from ${pairs} join contacts on contact_id = ours where answer is not null group by theirs
    )
    update contacts set answer = greatest(contacts.answer, best.answer),
                        answered_at = greatest(contacts.answered_at, best.at), ask_at = null
    from best where contacts.contact_id = best.theirs
  `.execute(transaction);
  await sql`
    update mails set contact_id = theirs from ${pairs} where mails.contact_id = ours
  `.execute(transaction);
  await sql`delete from contacts using ${pairs} where contact_id = ours`.execute(transaction);
}
