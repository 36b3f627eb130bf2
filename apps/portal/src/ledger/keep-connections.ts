/** Keeps what is public of connections, and lets their leads be seen by whose they are. */
import type { ConnectionChanged } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { storable } from './storable.ts';
import type { Touched } from './touched.ts';

const LOCK = sql`hashtext('portal connections')`;

/**
 * To be called before leads are written: a connection that is being written at the same time would not see them, nor
 * they it, and they would belong to no publisher.
 */
export async function shareConnections(transaction: Kysely<PortalTables>): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${LOCK})`.execute(transaction);
}

/** Keeps each connection's newest version. */
export async function keepConnections(
  transaction: Kysely<PortalTables>,
  changes: readonly ConnectionChanged[],
): Promise<Touched> {
  const newest = new Map<string, ConnectionChanged>();
  for (const change of changes) {
    if (change.version > (newest.get(change.connectionId)?.version ?? 0))
      newest.set(change.connectionId, change);
  }
  await sql`select pg_advisory_xact_lock(${LOCK})`.execute(transaction);
  const kept = await transaction
    .insertInto('connections')
    .values([...newest.values()].map(rowOf))
    .onConflict((conflict) =>
      conflict
        .column('connection_id')
        .doUpdateSet((update) => ({
          version: update.ref('excluded.version'),
          changed_at: update.ref('excluded.changed_at'),
          publisher_id: update.ref('excluded.publisher_id'),
          publisher_name: update.ref('excluded.publisher_name'),
          offer_id: update.ref('excluded.offer_id'),
          offer_title: update.ref('excluded.offer_title'),
          url: update.ref('excluded.url'),
          authentication: update.ref('excluded.authentication'),
          contact_emails: update.ref('excluded.contact_emails'),
          state: update.ref('excluded.state'),
        }))
        .whereRef('excluded.version', '>', 'connections.version'),
    )
    .returning('connection_id')
    .execute();
  const offers = kept.map((row) => row.connection_id);
  const { rows: leads } = await sql<{ lead_id: string }>`
    update leads set publisher_id = connections.publisher_id from connections
    where leads.connection_id = connections.connection_id and connections.connection_id = any(${offers}::uuid[])
      and leads.publisher_id is distinct from connections.publisher_id
    returning lead_id
  `.execute(transaction);
  return { offers, leads: leads.map((row) => row.lead_id) };
}

function rowOf(change: ConnectionChanged) {
  return {
    connection_id: change.connectionId,
    version: change.version,
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
