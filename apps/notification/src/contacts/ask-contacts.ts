/** Asks contacts, by one mail without any customer's data, whether they want mails about a publisher's leads. */
import { type Kysely, sql } from 'kysely';
import type { NotificationTables } from '../tables.ts';
import { lockContacts, tellContacts } from './keep-contacts.ts';

type Database = Kysely<NotificationTables>;

/**
 * Makes the mails that are due, as many an hour as a publisher may have sent, and one a day to one mailbox, whatever
 * tags its addresses have; the others a minute later, or later still. Any number of processes may do so at once.
 */
export async function askContacts(database: Database, perHour: number): Promise<void> {
  if (!(await isAnybodyToAsk(database))) return;
  await database.transaction().execute(async (transaction) => {
    await lockContacts(transaction);
    await sql`
      with due as (
        select contact_id, contacts_of, address,
               row_number() over (partition by contacts_of order by ask_at, address) as turn
        from (
          select distinct on (contacts_of, mailbox) contact_id, contacts_of, mailbox, address, ask_at from contacts
          where ask_at <= now() and state = 'waiting'
          order by contacts_of, mailbox, ask_at, address
        ) as one
        where not exists (
          select from contacts as same
          where same.contacts_of = one.contacts_of and same.mailbox = one.mailbox
            and same.asked_at > now() - interval '1 day'
        )
      ), used as (
        select contacts_of, count(*) as times from contacts
        where contacts_of in (select contacts_of from due) and asked_at > now() - interval '1 hour'
        group by contacts_of
      ), chosen as (
        select due.contact_id, listed.*
        from due left join used using (contacts_of)
        cross join lateral (
          select connection_id, publisher_id, publisher_name, email
          from connections, unnest(contact_emails) as email
          where connections.contacts_of = due.contacts_of and publisher_id is not null
            and lower(email) = due.address
          limit 1
        ) as listed
        where turn <= ${perHour} - coalesce(times, 0)
      ), asked as (
        update contacts set asked_at = now(), ask_at = null from chosen
        where contacts.contact_id = chosen.contact_id
      )
      insert into mails (kind, about_id, connection_id, event, state, recipient, contact_id)
      select 'contact-request', gen_random_uuid(), connection_id,
             json_build_object('contactId', contact_id, 'address', email,
                               'publisher', json_build_object('id', publisher_id, 'name', publisher_name))::text,
             'due', email, contact_id
      from chosen
    `.execute(transaction);
    await sql`
      update contacts set ask_at = case when state = 'waiting' then greatest(now() + interval '1 minute', (
        select max(asked_at) + interval '1 day' from contacts as same
        where same.contacts_of = contacts.contacts_of and same.mailbox = contacts.mailbox
      )) end
      where ask_at <= now()
    `.execute(transaction);
    await tellContacts(transaction);
  });
}

async function isAnybodyToAsk(database: Database): Promise<boolean> {
  const { rows } = await sql`select from contacts where ask_at <= now() limit 1`.execute(database);
  return rows.length > 0;
}

/** Has those of these contacts asked who wait and have never been: a mail waits for them. */
export async function wantAsked(transaction: Database, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  // In the order of their ids, so that two batches with the same contacts cannot block each other for ever.
  await sql`
    update contacts set ask_at = now() from (
      select contact_id from contacts
      where contact_id = any(${contactIds}::uuid[]) and state = 'waiting' and asked_at is null and ask_at is null
      order by contact_id for update
    ) as never
    where contacts.contact_id = never.contact_id
  `.execute(transaction);
}
