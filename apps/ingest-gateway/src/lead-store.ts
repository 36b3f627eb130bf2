/** What the gateway asks of its database. Each is one statement, so each holds under any concurrency. */
import { createHash } from 'node:crypto';
import { type LeadAccepted, topics } from '@leads/contracts';
import { outboxRow } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { GatewayTables } from './tables.ts';

type Database = Kysely<GatewayTables>;

/** The connection that takes leads in at an address: published, or paused (which only holds the delivery). */
export async function findConnection(
  database: Database,
  addressKeyHash: string,
): Promise<{ connectionId: string } | undefined> {
  return database
    .selectFrom('connections')
    .select('connection_id as connectionId')
    .where('address_key_hash', '=', addressKeyHash)
    .where('state', 'in', ['published', 'paused'])
    .executeTakeFirst();
}

/**
 * Commits a lead together with its event, or finds the lead that it repeats.
 *
 * A repeat within the window gets the first one's id, and its event says just that; after the window the row
 * starts anew.
 * @param windowMs counted from the first of the repeats
 */
export async function acceptOnce(
  database: Database,
  lead: LeadAccepted,
  fingerprint: Buffer,
  windowMs: number,
): Promise<{ leadId: string; duplicate: boolean }> {
  const { leadId: newId, connectionId, acceptedAt } = lead;
  const receivedAt = new Date(acceptedAt);
  const windowStart = new Date(receivedAt.getTime() - windowMs);
  const event = outboxRow(topics.leadsAccepted, lead);
  // Which lead it repeats only the statement finds out, and puts it in the place of the new id.
  const repeat = outboxRow(topics.leadsRepeated, { leadId: newId, connectionId, at: acceptedAt });
  // "do update" and not "do nothing": only an update gives back, and waits for, the row of a concurrent repeat.
  const { rows } = await sql<{ lead_id: string }>`
    with first as (
      insert into accepted (connection_id, fingerprint, lead_id, received_at)
      values (${connectionId}, ${fingerprint}, ${newId}, ${receivedAt})
      on conflict (connection_id, fingerprint) do update set
        lead_id = case when accepted.received_at < ${windowStart} then excluded.lead_id else accepted.lead_id end,
        repeats = case when accepted.received_at < ${windowStart} then 0 else accepted.repeats + 1 end,
        received_at = case when accepted.received_at < ${windowStart} then excluded.received_at
                           else accepted.received_at end
      returning lead_id
    ), event as (
      insert into outbox (topic, key, value)
      select ${event.topic}, ${event.key}, ${event.value} from first where lead_id = ${newId}
      union all
      select ${repeat.topic}, replace(${repeat.key}, ${newId}, lead_id::text),
             replace(${repeat.value}, ${newId}, lead_id::text)
      from first where lead_id <> ${newId}
    )
    select lead_id from first
  `.execute(database);
  const leadId = rows[0]?.lead_id;
  if (leadId === undefined) throw new Error('The database took a lead in and gave no row back.');
  return { leadId, duplicate: leadId !== newId };
}

/** Keeps a body in which no lead was recognised, byte for byte; a repeat of it is counted. */
export async function quarantine(
  database: Database,
  kept: { connectionId: string; body: Buffer; receivedAt: Date },
): Promise<void> {
  await database
    .insertInto('quarantine')
    .values({
      connection_id: kept.connectionId,
      body_hash: createHash('sha256').update(kept.body).digest(),
      body: kept.body,
      received_at: kept.receivedAt,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['connection_id', 'body_hash'])
        .doUpdateSet({ repeats: (row) => row('quarantine.repeats', '+', 1) }),
    )
    .execute();
}

/**
 * Removes rows whose window has passed: they fold nothing any more.
 * @returns how many were removed; fewer than `limit` means that none is left
 */
export async function pruneAccepted(database: Database, before: Date, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    with past as (
      select connection_id, fingerprint from accepted where received_at < ${before}
      order by received_at limit ${limit} for update skip locked
    )
    delete from accepted using past
    where accepted.connection_id = past.connection_id and accepted.fingerprint = past.fingerprint
  `.execute(database);
  return Number(numAffectedRows ?? 0);
}
