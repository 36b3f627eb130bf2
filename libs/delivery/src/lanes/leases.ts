/** The leases of lanes in PostgreSQL: who may drain which connection, and until when. */
import { type Kysely, sql } from 'kysely';
import type { LaneFacts } from './lane.ts';
import type { DeliveryTables } from '../tables.ts';

/** A lease not renewed for so long is free for others, in milliseconds. */
export const LEASE_MS = 6_000;

/**
 * The most leads of a lane that its holder has in memory at a time: sixteen requests of a hundred, so that a destination
 * that takes long over each is sent as many at a time as it permits. So many are looked up where a holder has died.
 */
export const MOST_IN_FLIGHT = 1_600;

const LEASE = sql`interval '${sql.raw(String(LEASE_MS))} milliseconds'`;

/**
 * A deleted connection has nothing to deliver, a paused one only the test lead of a Validate, and so has one that is not
 * published; but what is amiss with that one is told when it is saved.
 */
const OPEN = sql`(state in ('draft', 'published') or state = 'paused' and exists (
  select from validations where validations.connection_id = lanes.connection_id and done_at is null))`;

// What is JSON goes out as it is: each lane reads its own, and one that cannot be read is that lane's trouble alone.
const FACTS = sql`connection_id as "connectionId", url, secret_version as "secretVersion", identity_hash as "identityHash", extract(epoch from held_until - now())::float8 * 1000 as "heldForMs", fence, version, mapping, other_partner_leads as "otherPartnerLeads", state in ('draft', 'paused') as "isHeld", not ${OPEN} as "isClosed", broken, away_since as "awaySince", refused_some as "refusedSome"`;

/** Says that this instance is alive. */
export async function beat(database: Kysely<DeliveryTables>, instance: string): Promise<void> {
  await sql`
    insert into instances (instance_id, seen_at) values (${instance}, now())
    on conflict (instance_id) do update set seen_at = now()
  `.execute(database);
}

/**
 * Prolongs the leases this instance has, and says which: one that is missing was lost.
 * @param held the connections whose lanes it drains: of these a closed one's too, until what is in flight has ended
 */
export async function renewLeases(
  database: Kysely<DeliveryTables>,
  instance: string,
  held: readonly string[] = [],
): Promise<LaneFacts[]> {
  const { rows } = await sql<LaneFacts>`
    update lanes set leased_until = now() + ${LEASE}
    where owner = ${instance} and leased_until > now()
      and (${OPEN} or connection_id = any(${held}::uuid[]))
    returning ${FACTS}
  `.execute(database);
  return rows;
}

/** How many lanes each living instance should have at most: an even share. */
export async function laneShare(database: Kysely<DeliveryTables>): Promise<number> {
  const { rows } = await sql<{ lanes: number; instances: number }>`
    select (select count(*) from lanes where ${OPEN}) as lanes,
           (select count(*) from instances where seen_at > now() - ${LEASE}) as instances
  `.execute(database);
  const { lanes = 0, instances = 1 } = rows[0] ?? {};
  return Math.ceil(lanes / Math.max(1, instances));
}

/** Of lanes that were free, and `abandoned`: what may have been in flight there. */
const DOUBTED = sql`doubted as (
  update deliveries set unclear = true where lead_id in (
    select lead_id from free cross join lateral (
      select lead_id from deliveries where connection_id = free.id and state = 'pending'
      order by due_at limit ${sql.lit(MOST_IN_FLIGHT)}) as next
    where abandoned)
)`;

/**
 * Frees lanes of deleted connections whose holder has died: nobody takes them up any more, and it writes nothing if it
 * comes back. Their records may be there.
 */
export async function freeAbandonedDeleted(database: Kysely<DeliveryTables>): Promise<void> {
  await sql`
    with free as (
      select connection_id as id, true as abandoned from lanes
      where state = 'deleted' and owner is not null and leased_until < now() for update skip locked
    ), ${DOUBTED}
    update lanes set owner = null, fence = fence + 1, leased_until = '-infinity' from free where connection_id = free.id
  `.execute(database);
}

/**
 * Takes up to so many lanes that nobody holds, each with a fence that outdates its last owner. Whoever did not give a
 * lane back may have had its next leads in flight: their records may be there.
 */
export async function claimLanes(
  database: Kysely<DeliveryTables>,
  instance: string,
  count: number,
): Promise<LaneFacts[]> {
  if (count <= 0) return [];
  const { rows } = await sql<LaneFacts>`
    with free as (
      select connection_id as id, owner is not null as abandoned from lanes
      where ${OPEN} and (owner is null or leased_until < now())
      order by leased_until limit ${count} for update skip locked
    ), ${DOUBTED}
    update lanes set owner = ${instance}, fence = fence + 1, leased_until = now() + ${LEASE}
    from free where connection_id = free.id
    returning ${FACTS}
  `.execute(database);
  return rows;
}

/** Gives lanes back at once, so that others need not wait for the lease to end. */
export async function releaseLanes(
  database: Kysely<DeliveryTables>,
  instance: string,
  connectionIds: string[],
): Promise<void> {
  await sql`
    update lanes set owner = null, leased_until = '-infinity'
    where owner = ${instance} and connection_id = any(${connectionIds}::uuid[])
  `.execute(database);
}

/** Leaves the count of living instances. */
export async function leave(database: Kysely<DeliveryTables>, instance: string): Promise<void> {
  await sql`delete from instances where instance_id = ${instance}`.execute(database);
}
