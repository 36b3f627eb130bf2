/** A lane's deliveries in the database: what is due, and what became of it. */
import { LeadAccepted, type LeadOutcome, type Reason, topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { Lane } from './lane.ts';
import type { WriterTables } from './tables.ts';

/** A lead that waits to be written. */
export interface Delivery {
  accepted: LeadAccepted;
  /** How often it has been tried before. */
  attempts: number;
}

/** What became of one delivery. */
export type End =
  | { kind: 'written' }
  /** Due again after a while; counted as an attempt unless the organisation only asked to slow down. */
  | { kind: 'deferred'; afterMs: number; counts: boolean; reason: Reason }
  /** Kept, with its reason, until a person decides. */
  | { kind: 'dead'; reason: Reason };

/** One delivery and its end, at a time. */
export interface Settlement {
  delivery: Delivery;
  end: End;
  at: Date;
}

/**
 * The deliveries of a lane that are due, oldest first, but for those that are under way. While its connection is
 * paused, customers' leads are not: only the test leads of Validates that run.
 * @returns `waitMs`: how long until the next one is due, where fewer than `limit` are due now
 */
export async function nextDeliveries(
  database: Kysely<WriterTables>,
  lane: Lane,
  underWay: ReadonlySet<string>,
  limit: number,
): Promise<{ due: Delivery[]; waitMs: number | undefined }> {
  const chosen = lane.isPaused
    ? sql`lead_id in (select validation_id from validations
                      where connection_id = ${lane.connectionId} and done_at is null)`
    : sql`true`;
  const { rows } = await sql<{ accepted: string; attempts: number; wait_ms: number }>`
    select accepted, attempts, ceil(extract(epoch from due_at - now()) * 1000)::float8 as wait_ms
    from deliveries
    where connection_id = ${lane.connectionId} and state = 'pending' and lead_id <> all(${[...underWay]}::uuid[])
      and ${chosen}
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
 * Writes down what became of deliveries, and the events that tell of it, in one transaction.
 *
 * Whoever lost the lane in the meantime writes nothing: the new owner asks Dynamics again and is told "duplicate".
 * @returns the ids of the leads that this call settled
 */
export async function settleDeliveries(
  database: Kysely<WriterTables>,
  lane: Lane,
  settlements: Settlement[],
): Promise<string[]> {
  const rows = settlements.map((settlement) => rowOf(settlement));
  return database.transaction().execute(async (transaction) => {
    const { rows: settled } = await sql<{ lead_id: string }>`
      update deliveries
      set state = settlement.state, attempts = settlement.attempts, last_failure = settlement.failure,
          due_at = now() + settlement.after_ms * interval '1 millisecond',
          settled_at = case when settlement.state <> 'pending' then settlement.at end
      from lanes,
        unnest(${rows.map((row) => row.leadId)}::uuid[], ${rows.map((row) => row.state)}::text[],
               ${rows.map((row) => row.attempts)}::int[], ${rows.map((row) => row.failure)}::text[],
               ${rows.map((row) => row.afterMs)}::float8[], ${rows.map((row) => row.at)}::timestamptz[])
          as settlement (lead_id, state, attempts, failure, after_ms, at)
      where deliveries.lead_id = settlement.lead_id and deliveries.state = 'pending'
        and lanes.connection_id = deliveries.connection_id and lanes.fence = ${lane.fence}
      returning deliveries.lead_id
    `.execute(transaction);
    const ids = new Set(settled.map((row) => row.lead_id));
    const outcomes = settlements.filter(({ delivery }) => ids.has(delivery.accepted.leadId));
    await addToOutbox(
      transaction,
      topics.leadsOutcomes,
      outcomes.map((settlement) => outcomeOf(lane, settlement)),
    );
    return [...ids];
  });
}

function attemptsAfter({ delivery, end }: Settlement): number {
  return delivery.attempts + (end.kind === 'deferred' && !end.counts ? 0 : 1);
}

function rowOf(settlement: Settlement): {
  leadId: string;
  state: 'pending' | 'written' | 'dead';
  attempts: number;
  failure: string | null;
  afterMs: number;
  at: string;
} {
  const { delivery, end, at } = settlement;
  return {
    leadId: delivery.accepted.leadId,
    state: end.kind === 'deferred' ? 'pending' : end.kind,
    attempts: attemptsAfter(settlement),
    failure: end.kind === 'written' ? null : JSON.stringify(end.reason),
    afterMs: end.kind === 'deferred' ? end.afterMs : 0,
    at: at.toISOString(),
  };
}

function outcomeOf(lane: Lane, settlement: Settlement): LeadOutcome {
  const { delivery, end, at } = settlement;
  const { leadId, connectionId, isTest, lead } = delivery.accepted;
  const facts = {
    leadId,
    connectionId,
    at: at.toISOString(),
    attempts: attemptsAfter(settlement),
    isTest,
    lead,
  };
  switch (end.kind) {
    case 'written':
      return { ...facts, outcome: 'written', crmId: leadId, organization: lane.organization };
    case 'dead':
      return { ...facts, outcome: 'dead', reason: end.reason };
    case 'deferred': {
      const nextAttemptAt = new Date(at.getTime() + end.afterMs).toISOString();
      return { ...facts, outcome: 'deferred', reason: end.reason, nextAttemptAt };
    }
  }
}
