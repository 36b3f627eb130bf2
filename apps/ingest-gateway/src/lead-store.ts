/** What the gateway asks of its database. Each is one statement, so each holds under any concurrency. */
import { createHash, randomUUID } from 'node:crypto';
import { alertOf, type LeadAccepted, topics } from '@leads/contracts';
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
  const { leadId: newId, connectionId } = lead;
  const acceptedAt = new Date(lead.acceptedAt);
  const windowStart = new Date(acceptedAt.getTime() - windowMs);
  const event = outboxRow(topics.leadsAccepted, lead);
  // Which lead it repeats only the statement finds out, and puts it in the place of the new id.
  const repeat = outboxRow(topics.leadsRepeated, { leadId: newId, connectionId, at: lead.acceptedAt });
  // "do update" and not "do nothing": only an update gives back, and waits for, the row of a concurrent repeat.
  const { rows } = await sql<{ lead_id: string }>`
    with first as (
      insert into accepted (connection_id, fingerprint, lead_id, received_at)
      values (${connectionId}, ${fingerprint}, ${newId}, ${acceptedAt})
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

/** What one address may have kept within an hour; whoever knows it cannot fill the database. */
export interface QuarantineCaps {
  bodies: number;
  bytes: number;
}

/**
 * Keeps a body in which no lead was recognised, byte for byte, and tells of it; a repeat of it is only counted, and so
 * is what comes beyond the caps of the last hour.
 * @returns whether these bytes are kept, now or from before
 */
export async function quarantine(
  database: Database,
  kept: { connectionId: string; body: Buffer; receivedAt: Date },
  caps: QuarantineCaps,
): Promise<{ isKept: boolean }> {
  const { connectionId, body, receivedAt } = kept;
  const alert = outboxRow(
    topics.alerts,
    alertOf({
      ...{ alertId: randomUUID(), connectionId, at: receivedAt },
      ...{ trouble: 'posts-quarantined', transition: 'triggered', cause: 'no-lead-recognised' },
      ...NO_LEAD_RECOGNISED,
    }),
  );
  const { rows } = await sql<{ is_kept: boolean }>`
    with recent as (
      select count(*) as bodies, coalesce(sum(length(body)), 0) as bytes from quarantine
      where connection_id = ${connectionId} and received_at > ${receivedAt}::timestamptz - interval '1 hour'
    ), kept as (
      insert into quarantine (connection_id, body_hash, body, received_at)
      select ${connectionId}::uuid, ${createHash('sha256').update(body).digest()}::bytea, ${body}::bytea,
             ${receivedAt}::timestamptz
      from recent where bodies < ${caps.bodies} and bytes + ${body.length}::int <= ${caps.bytes}
      on conflict (connection_id, body_hash) do update set repeats = quarantine.repeats + 1
      returning repeats
    ), beyond as (
      insert into quarantine_overflow as known (connection_id, hour, posts, bytes)
      select ${connectionId}::uuid, date_trunc('hour', ${receivedAt}::timestamptz), 1, ${body.length}::int
      where not exists (select 1 from kept)
      on conflict (connection_id, hour) do update set posts = known.posts + 1, bytes = known.bytes + excluded.bytes
    ), told as (
      insert into outbox (topic, key, value)
      select ${alert.topic}, ${alert.key}, ${alert.value} from kept where repeats = 0
    )
    select exists (select 1 from kept) as is_kept
  `.execute(database);
  return { isKept: rows[0]?.is_kept === true };
}

const NO_LEAD_RECOGNISED = {
  what: 'What was posted to the lead address of this offer holds no lead that is known here. It is kept as it came, and goes no further by itself.',
  remedy:
    'Resolve this incident if it was a try of your own. ' +
    'Else ask the operators of this system to look at the table quarantine: the marketplace may send leads in a new shape.',
};
