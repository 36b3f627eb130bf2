/** Keeps what is public of connections, and lets their leads be seen by whose they are. */
import type { ConnectionChanged } from '@leads/contracts';
import { keepNewestConnections, type KeptColumns } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { tellDaysOf } from './chosen-days.ts';
import { storable } from './storable.ts';
import type { Touched } from './touched.ts';

/**
 * To be called before leads are written: a connection that is being written at the same time would not see them, nor
 * they it, and they would belong to no publisher.
 */
export async function shareConnections(transaction: Kysely<PortalTables>): Promise<void> {
  await sql`lock table connections in row exclusive mode`.execute(transaction);
}

/** Keeps each connection's newest version. */
export async function keepConnections(
  transaction: Kysely<PortalTables>,
  changes: readonly ConnectionChanged[],
): Promise<Touched> {
  await sql`lock table connections in share row exclusive mode`.execute(transaction);
  const offers = await keepNewestConnections(transaction, 'connections', changes, columnsOf);
  const { rows: leads } = await sql<{ lead_id: string }>`
    update leads set publisher_id = connections.publisher_id from connections
    where leads.connection_id = connections.connection_id and connections.connection_id = any(${offers}::uuid[])
      and leads.publisher_id is distinct from connections.publisher_id
    returning lead_id
  `.execute(transaction);
  await tellDaysOf(transaction, offers);
  return { offers, leads: leads.map((row) => row.lead_id) };
}

function columnsOf(change: ConnectionChanged): KeptColumns<PortalTables['connections']> {
  return {
    changed_at: change.changedAt,
    publisher_id: storable(change.publisher.id),
    publisher_name: storable(change.publisher.name),
    offer_id: storable(change.offer.id),
    offer_title: storable(change.offer.title),
    url: storable(change.url),
    authentication: change.authentication,
    contact_emails: change.contactEmails.map(storable),
    state: change.state,
  };
}
