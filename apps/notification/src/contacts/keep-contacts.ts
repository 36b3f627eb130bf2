/**
 * How each address stands at each publisher: below a domain of its own, confirmed, declined, or waiting. What changes
 * it comes one after the other, under one lock, and lets go or ends the mails that waited for it.
 */
import {
  type ContactAnswered,
  type ContactChanged,
  isAtOwnDomain,
  type PublisherDomains,
  topics,
} from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { NotificationTables } from '../tables.ts';
import { DECLINED, TOLD, tellMailed, type ToldMail } from '../mails/tell-mailed.ts';
import { adoptContacts } from './adopt-contacts.ts';

type Transaction = Kysely<NotificationTables>;

/** What is told of a connection and of its publisher's domains at the same time is known after so long, in milliseconds. */
const ASK_AFTER_MS = 5_000;

/** To be called before mails are addressed: a contact that changes at the same time would not see them wait for it. */
export async function shareContacts(transaction: Transaction): Promise<void> {
  await sql`lock table contacts in row exclusive mode`.execute(transaction);
}

/** To be called before contacts are changed, and before connections are. */
export async function lockContacts(transaction: Transaction): Promise<void> {
  await sql`lock table contacts in share row exclusive mode`.execute(transaction);
}

interface Listed {
  contactsOf: string;
  address: string;
  mayAsk: boolean;
}

/**
 * Keeps contacts of connections whose contact lists may be others than before.
 * @param saved those of them that a person has saved: who waits is asked, at most once a day
 */
export async function keepListed(
  transaction: Transaction,
  connectionIds: readonly string[],
  saved: ReadonlySet<string>,
): Promise<void> {
  if (connectionIds.length === 0) return;
  await adoptContacts(transaction, connectionIds);
  const rows = await transaction
    .selectFrom('connections')
    .select(['connection_id', 'contacts_of', 'contact_emails'])
    .where('connection_id', 'in', connectionIds)
    .execute();
  const listed = new Map<string, Listed>();
  for (const { connection_id: id, contacts_of: contactsOf, contact_emails: emails } of rows) {
    for (const address of emails.map((email) => email.toLowerCase())) {
      const key = JSON.stringify([contactsOf, address]);
      const mayAsk = saved.has(id) || listed.get(key)?.mayAsk === true;
      listed.set(key, { contactsOf, address, mayAsk });
    }
  }
  const whose = [...new Set(rows.map((row) => row.contacts_of))];
  const domains = await domainsOf(transaction, whose);
  const contacts = [...listed.values()].map((contact) => ({
    ...contact,
    isOwn: isAtOwnDomain(contact.address, domains.get(contact.contactsOf) ?? []),
  }));
  const { rows: kept } = await sql<{ contact_id: string }>`
    insert into contacts as known (contacts_of, address, is_own, ask_at)
    select contacts_of, address, is_own,
           case when may_ask and not is_own then now() + ${ASK_AFTER_MS} * interval '1 millisecond' end
    from unnest(${contacts.map(({ contactsOf }) => contactsOf)}::text[],
                ${contacts.map(({ address }) => address)}::text[],
                ${contacts.map(({ isOwn }) => isOwn)}::boolean[],
                ${contacts.map(({ mayAsk }) => mayAsk)}::boolean[]) as listed (contacts_of, address, is_own, may_ask)
    order by contacts_of, address
    on conflict (contacts_of, address) do update set
      is_own = excluded.is_own, unlisted_at = null,
      ask_at = case when known.answer is not null or excluded.is_own then null
                    when known.asked_at > now() - interval '1 day' then known.ask_at
                    else coalesce(known.ask_at, excluded.ask_at) end
    returning contact_id
  `.execute(transaction);
  await tryAgain(transaction, [...saved]);
  await forgetUnlisted(transaction, whose, connectionIds);
  await settleContacts(
    transaction,
    kept.map((row) => row.contact_id),
  );
}

async function domainsOf(
  transaction: Transaction,
  publisherIds: readonly string[],
): Promise<ReadonlyMap<string, string[]>> {
  const rows = await transaction
    .selectFrom('publishers')
    .select(['publisher_id', 'domains'])
    .where('publisher_id', 'in', publisherIds)
    .execute();
  return new Map(rows.map((row) => [row.publisher_id, row.domains]));
}

/** Somebody has looked at these lists: what bounced is tried again. */
async function tryAgain(transaction: Transaction, connectionIds: readonly string[]): Promise<void> {
  await sql`
    update contacts set bounced_at = null, bounce_reason = null, struck_off = false
    from connections cross join unnest(contact_emails) as email
    where connections.connection_id = any(${connectionIds}::uuid[])
      and connections.contacts_of = contacts.contacts_of and contacts.address = lower(email)
      and contacts.bounced_at is not null
  `.execute(transaction);
}

/** Whom no list has any more is not asked, and what waited for them ends. */
async function forgetUnlisted(
  transaction: Transaction,
  whose: readonly string[],
  connectionIds: readonly string[],
): Promise<void> {
  await sql`
    with listed as (
      select distinct contacts_of, lower(email) as address from connections, unnest(contact_emails) as email
      where contacts_of = any(${whose}::text[])
    )
    update contacts set unlisted_at = now(), ask_at = null
    where contacts_of = any(${whose}::text[]) and unlisted_at is null and not exists (
      select from listed where listed.contacts_of = contacts.contacts_of and listed.address = contacts.address)
  `.execute(transaction);
  await sql`
    update mails set due_at = now() from connections
    where mails.state = 'held' and mails.kind = 'lead-written'
      and mails.connection_id = any(${connectionIds}::uuid[])
      and connections.connection_id = mails.connection_id
      and not exists (select from unnest(contact_emails) as email where lower(email) = lower(mails.recipient))
  `.execute(transaction);
}

/** Keeps the domains that publishers have now, and lets their addresses get mails. */
export async function keepDomains(
  transaction: Transaction,
  told: readonly PublisherDomains[],
): Promise<void> {
  const newest = new Map<string, PublisherDomains>();
  for (const each of told) {
    const known = newest.get(each.publisherId);
    if (!known || Date.parse(known.at) <= Date.parse(each.at)) newest.set(each.publisherId, each);
  }
  const changed: string[] = [];
  for (const { publisherId, domains, at } of newest.values()) {
    const { rows } = await sql`
      insert into publishers (publisher_id, domains, at) values (${publisherId}, ${domains}, ${at})
      on conflict (publisher_id) do update set domains = excluded.domains, at = excluded.at
        where publishers.at < excluded.at
      returning publisher_id
    `.execute(transaction);
    if (rows.length > 0) changed.push(publisherId);
  }
  if (changed.length === 0) return;
  const contacts = await transaction
    .selectFrom('contacts')
    .select(['contact_id', 'contacts_of', 'address', 'is_own'])
    .where('contacts_of', 'in', changed)
    .execute();
  const moved = contacts.filter(
    (row) => row.is_own !== isAtOwnDomain(row.address, newest.get(row.contacts_of)?.domains ?? []),
  );
  const ids = moved.map((row) => row.contact_id);
  await sql`
    update contacts set is_own = not is_own, ask_at = null where contact_id = any(${ids}::uuid[])
  `.execute(transaction);
  await settleContacts(transaction, ids);
}

/** Keeps what contacts have answered; of each the newest counts. */
export async function keepAnswers(
  transaction: Transaction,
  answers: readonly ContactAnswered[],
): Promise<void> {
  const { rows } = await sql<{ contact_id: string }>`
    with newest as (
      select distinct on (contact_id) contact_id, answer, at
      from unnest(${answers.map(({ contactId }) => contactId)}::uuid[],
                  ${answers.map(({ answer }) => answer)}::text[],
                  ${answers.map(({ at }) => at)}::timestamptz[]) as told (contact_id, answer, at)
      order by contact_id, at desc
    )
    update contacts set answer = newest.answer, answered_at = newest.at, ask_at = null from newest
    where contacts.contact_id = newest.contact_id
      and (contacts.answered_at is null or contacts.answered_at < newest.at)
    returning contacts.contact_id
  `.execute(transaction);
  await settleContacts(
    transaction,
    rows.map((row) => row.contact_id),
  );
}

/** Lets go what waited for contacts who may get it now, has what waited for others end, and tells how they stand. */
async function settleContacts(transaction: Transaction, contactIds: readonly string[]): Promise<void> {
  await sql`
    update mails set due_at = now(), state = case when contacts.state = 'declined' then 'held' else 'due' end
    from contacts
    where mails.state = 'held' and contacts.contact_id = mails.contact_id and contacts.state <> 'waiting'
      and contacts.contact_id = any(${contactIds}::uuid[])
  `.execute(transaction);
  await stopDeclined(transaction, contactIds);
  await sql`
    delete from mails using contacts
    where mails.kind = 'contact-request' and mails.state = 'due' and mails.attempts = 0
      and contacts.contact_id = mails.contact_id and contacts.state <> 'waiting'
      and contacts.contact_id = any(${contactIds}::uuid[])
  `.execute(transaction);
  await tellContacts(transaction);
}

/** What is due already to contacts who want no mails goes out no more. */
async function stopDeclined(transaction: Transaction, contactIds: readonly string[]): Promise<void> {
  const { rows } = await sql<ToldMail>`
    update mails set state = 'refused', settled_at = now(), reason = ${DECLINED}
    from contacts join connections using (contacts_of)
    where contacts.contact_id = any(${contactIds}::uuid[]) and contacts.state = 'declined'
      and mails.connection_id = connections.connection_id and mails.state = 'due'
      and mails.kind <> 'contact-request' and lower(mails.recipient) = contacts.address
    returning ${TOLD}
  `.execute(transaction);
  await tellMailed(transaction, rows);
}

interface ContactRow {
  contactId: string;
  version: number;
  publisherId: string;
  address: string;
  state: ContactChanged['state'];
  since: Date;
  askedAt: Date | null;
  bouncedAt: Date | null;
  bounceReason: string | null;
  isStruckOff: boolean;
}

/** Tells of each contact that is other than when it was told of last, once its publisher is known. */
export async function tellContacts(transaction: Transaction): Promise<void> {
  const { rows } = await sql<ContactRow>`
    update contacts set told_version = version
    where version > told_version and exists (
      select from connections
      where connections.contacts_of = contacts.contacts_of and connections.publisher_id is not null)
    returning contact_id as "contactId", version, contacts_of as "publisherId", address, state, since,
      asked_at as "askedAt", bounced_at as "bouncedAt", bounce_reason as "bounceReason",
      struck_off as "isStruckOff"
  `.execute(transaction);
  const told = rows.map(
    ({ since, askedAt, bouncedAt, bounceReason, isStruckOff, ...contact }): ContactChanged => ({
      ...contact,
      since: since.toISOString(),
      ...(askedAt !== null && { askedAt: askedAt.toISOString() }),
      ...(bouncedAt !== null && {
        bounced: { since: bouncedAt.toISOString(), reason: bounceReason ?? '', isStruckOff },
      }),
    }),
  );
  await addToOutbox(transaction, topics.contacts, told);
}
