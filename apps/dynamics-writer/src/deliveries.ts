/** A lane's deliveries in the database: what is due, and what became of it. */
import { LeadAccepted, type LeadOutcome, type Reason, topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { Lane } from './lane.ts';
import type { WriterTables } from './tables.ts';

/** A lead that waits to be written. */
export interface Delivery {
  accepted: LeadAccepted;
  attempts: number;
}

/** What became of one delivery. */
export type Settlement =
  | { kind: 'written' }
  /** Due again after a while; counted as an attempt unless Dynamics only asked to slow down. */
  | { kind: 'deferred'; afterMs: number; counts: boolean; reason: Reason };

/**
 * The deliveries of a lane that are due, oldest first, but for those that are under way.
 * @returns `waitMs`: how long until the next one is due, where fewer than `limit` are due now
 */
export async function nextDeliveries(
  database: Kysely<WriterTables>,
  lane: Lane,
  underWay: ReadonlySet<string>,
  limit: number,
): Promise<{ due: Delivery[]; waitMs: number | undefined }> {
  const { rows } = await sql<{ accepted: string; attempts: number; wait_ms: number }>`
    select accepted, attempts, ceil(extract(epoch from due_at - now()) * 1000)::float8 as wait_ms
    from deliveries
    where connection_id = ${lane.connectionId} and state = 'pending' and lead_id <> all(${[...underWay]}::uuid[])
    order by due_at
    limit ${limit}
  `.execute(database);
  const due = rows.filter((row) => row.wait_ms <= 0);
  return {
    due: due.map((row) => ({
      accepted: LeadAccepted.parse(JSON.parse(row.accepted)),
      attempts: row.attempts,
    })),
    waitMs: rows[due.length]?.wait_ms,
  };
}

/**
 * Writes down what became of a delivery, and the event that tells of it, in one transaction.
 *
 * Whoever lost the lane in the meantime writes nothing: the new owner asks Dynamics again and is told "duplicate".
 * @returns whether this call settled it
 */
export async function settleDelivery(
  database: Kysely<WriterTables>,
  lane: Lane,
  delivery: Delivery,
  settlement: Settlement,
  now: Date,
): Promise<boolean> {
  const { accepted } = delivery;
  const attempts = delivery.attempts + (settlement.kind === 'written' || settlement.counts ? 1 : 0);
  const afterMs = settlement.kind === 'deferred' ? settlement.afterMs : 0;
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql`
      update deliveries
      set state = ${settlement.kind === 'written' ? 'written' : 'pending'},
          attempts = ${attempts},
          due_at = now() + ${afterMs} * interval '1 millisecond',
          last_failure = ${settlement.kind === 'deferred' ? JSON.stringify(settlement.reason) : null},
          settled_at = ${settlement.kind === 'written' ? now : null}
      from lanes
      where lead_id = ${accepted.leadId} and deliveries.state = 'pending'
        and lanes.connection_id = deliveries.connection_id and lanes.fence = ${lane.fence}
      returning lead_id
    `.execute(transaction);
    if (rows.length === 0) return false;
    await addToOutbox(transaction, topics.leadsOutcomes, [
      outcomeOf(lane, delivery, settlement, attempts, now),
    ]);
    return true;
  });
}

function outcomeOf(
  lane: Lane,
  { accepted }: Delivery,
  settlement: Settlement,
  attempts: number,
  now: Date,
): LeadOutcome {
  const { leadId, connectionId, isTest, lead } = accepted;
  const facts = { leadId, connectionId, at: now.toISOString(), attempts, isTest, lead };
  if (settlement.kind === 'written') {
    return { ...facts, outcome: 'written', crmId: leadId, organization: lane.organization };
  }
  const nextAttemptAt = new Date(now.getTime() + settlement.afterMs).toISOString();
  return { ...facts, outcome: 'deferred', reason: settlement.reason, nextAttemptAt };
}
