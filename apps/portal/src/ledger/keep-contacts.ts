/** Keeps how contacts stand: whether mails about leads go to them. */
import type { ContactChanged } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { storable } from './storable.ts';
import type { Touched } from './touched.ts';

/** Keeps each contact's newest version; the offers that list it look different then. */
export async function keepContacts(
  transaction: Kysely<PortalTables>,
  told: readonly ContactChanged[],
): Promise<Touched> {
  const all = <Key extends keyof ContactChanged>(key: Key): ContactChanged[Key][] =>
    told.map((contact) => contact[key]);
  const { rows } = await sql<{ publisher_id: string; address: string }>`
    insert into contacts (contact_id, version, publisher_id, address, state, since, asked_at)
    select distinct on (contact_id) contact_id, version, publisher_id, address, state, since, asked_at
    from unnest(${all('contactId')}::uuid[], ${all('version')}::int[], ${all('publisherId').map(storable)}::text[],
                ${all('address').map(storable)}::text[], ${all('state')}::text[], ${all('since')}::timestamptz[],
                ${all('askedAt')}::timestamptz[])
      as told (contact_id, version, publisher_id, address, state, since, asked_at)
    order by contact_id, version desc
    on conflict (contact_id) do update set
      version = excluded.version, publisher_id = excluded.publisher_id, address = excluded.address,
      state = excluded.state, since = excluded.since, asked_at = excluded.asked_at
      where contacts.version < excluded.version
    returning publisher_id, address
  `.execute(transaction);
  if (rows.length === 0) return {};
  const { rows: offers } = await sql<{ connection_id: string }>`
    select distinct connection_id from connections cross join unnest(contact_emails) as email
    join unnest(${rows.map((row) => row.publisher_id)}::text[], ${rows.map(({ address }) => address)}::text[])
      as changed (publisher_id, address)
      on changed.publisher_id = connections.publisher_id and changed.address = lower(email)
    where state <> 'deleted'
  `.execute(transaction);
  return { offers: offers.map((row) => row.connection_id) };
}
