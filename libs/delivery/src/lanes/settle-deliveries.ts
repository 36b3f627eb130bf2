/** What became of a lane's deliveries is written down, together with the events that tell of it. */
import { isDeepStrictEqual } from 'node:util';
import { type LeadOutcome, type Reason, topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import type { Holding, Marks, Settlement } from './deliveries.ts';
import { foldRefused, keepUnreplayed, type RefusedCause, type Settled } from './refused-leads.ts';
import { tellDeferral } from './tell-deferral.ts';
import { tellStuck } from './tell-stuck.ts';
import { tellTrouble } from './tell-trouble.ts';

/**
 * Writes down what became of deliveries, and the events that tell of it, in one transaction.
 *
 * Whoever lost the lane in the meantime writes nothing: the new owner sends again and is told that the lead is there.
 * @returns the ids of the leads that this call settled
 */
export function settleDeliveries(
  database: Kysely<DeliveryTables>,
  lane: Holding,
  settlements: Settlement[],
): Promise<string[]> {
  return database.transaction().execute((transaction) => settleDeliveriesIn(transaction, lane, settlements));
}

/** The same in a transaction that does more. */
export async function settleDeliveriesIn(
  transaction: Kysely<DeliveryTables>,
  lane: Holding,
  settlements: Settlement[],
): Promise<string[]> {
  const rows = settlements.map((settlement) => rowOf(settlement));
  const { rows: settled } = await sql<{ lead_id: string; refused: string | null; is_in_trouble: boolean }>`
      update deliveries
      set state = settlement.state, attempts = settlement.attempts, last_failure = settlement.failure,
          unclear = settlement.unclear, strikes = settlement.strikes, signature = settlement.signature,
          refused_for = settlement.refused_for, told = settlement.told,
          due_at = now() + settlement.after_ms * interval '1 millisecond',
          settled_at = case when settlement.state <> 'pending' then settlement.at end
      from lanes,
        unnest(${rows.map((row) => row.leadId)}::uuid[], ${rows.map((row) => row.state)}::text[],
               ${rows.map((row) => row.attempts)}::int[], ${rows.map((row) => row.failure)}::text[],
               ${rows.map((row) => row.afterMs)}::float8[], ${rows.map((row) => row.at)}::timestamptz[],
               ${rows.map((row) => row.isUnclear)}::boolean[], ${rows.map((row) => row.strikes)}::int[],
               ${rows.map((row) => row.signature ?? null)}::text[], ${rows.map((row) => row.refusedFor ?? null)}::text[],
               ${rows.map((row) => row.told)}::text[])
          as settlement (lead_id, state, attempts, failure, after_ms, at, unclear, strikes, signature, refused_for, told)
      where deliveries.lead_id = settlement.lead_id and deliveries.state = 'pending'
        and lanes.connection_id = deliveries.connection_id and lanes.fence = ${lane.fence}
      returning deliveries.lead_id, lanes.refused,
                lanes.broken is not null or lanes.away_since is not null as is_in_trouble
    `.execute(transaction);
  const ids = new Set(settled.map((row) => row.lead_id));
  const outcomes = settlements.filter(({ delivery }) => ids.has(delivery.accepted.leadId));
  await addToOutbox(transaction, topics.leadsOutcomes, outcomes.flatMap(outcomeOf));
  await tellRefused(transaction, lane, settled[0]?.refused ?? null, outcomes);
  await tellStuck(transaction, lane, outcomes, settled[0]?.is_in_trouble ?? false);
  return [...ids];
}

/** Tells which causes leads die of, and which are over. @param known what is known of them, as it is kept with the lane */
async function tellRefused(
  transaction: Kysely<DeliveryTables>,
  { connectionId }: Holding,
  known: string | null,
  settlements: Settlement[],
): Promise<void> {
  const ends = settlements.flatMap(({ delivery, end }): Settled[] => {
    if (end.kind === 'written') return [{ kind: 'written', refusedFor: delivery.refusedFor }];
    return end.kind === 'dead' && 'amongOthers' in end && !delivery.accepted.isTest ? [end] : [];
  });
  const before = known === null ? [] : (JSON.parse(known) as RefusedCause[]);
  const folded = foldRefused(before, ends);
  if (folded.died.length === 0 && isDeepStrictEqual(folded.known, before)) return;
  const causes = [...folded.died.map(({ cause }) => cause), ...folded.over];
  const dead = await deadOf(transaction, connectionId, causes);
  const { known: after, changed, over } = keepUnreplayed(before, folded, dead);
  await sql`
    update lanes set refused = ${after.length === 0 ? null : JSON.stringify(after)}
    where connection_id = ${connectionId}
  `.execute(transaction);
  const trouble = 'leads-refused' as const;
  const at = new Date(Math.max(...settlements.map((settlement) => settlement.at.getTime())));
  const reasons = [...folded.died, ...dead.map(({ reason }) => reason)];
  await tellTrouble(transaction, { connectionId }, at, [
    ...changed.flatMap((cause) => {
      const reason = reasons.find((one) => one.cause === cause);
      const count = dead.find((one) => one.cause === cause)?.dead ?? 1;
      return reason ? [{ ...reason, dead: count, trouble, transition: 'triggered' as const }] : [];
    }),
    ...over.map((cause) => ({ cause, ...TAKEN_AGAIN, trouble, transition: 'cleared' as const })),
  ]);
}

/** How many customers' leads are dead of each cause, and for what reason the last of them is. */
async function deadOf(
  transaction: Kysely<DeliveryTables>,
  connectionId: string,
  causes: string[],
): Promise<{ cause: string; dead: number; reason: Reason }[]> {
  const { rows } = await sql<{ cause: string; dead: number; reason: string }>`
    select refused_for as cause, count(*)::float8 as dead,
           (array_agg(last_failure order by settled_at desc))[1] as reason
    from deliveries
    where connection_id = ${connectionId} and state = 'dead' and not is_test and last_failure is not null
      and refused_for = any(${causes}::text[])
    group by refused_for
  `.execute(transaction);
  return rows.map((row) => ({ ...row, reason: JSON.parse(row.reason) as Reason }));
}

const TAKEN_AGAIN = {
  what: 'Leads that were refused so are taken again, and none of them is dead any more.',
  remedy: 'Nothing need be done.',
};

function attemptsAfter({ delivery, end }: Settlement): number {
  const isAttempt = end.kind === 'deferred' ? end.counts : !('byPerson' in end);
  return delivery.attempts + (isAttempt ? 1 : 0);
}

function rowOf(settlement: Settlement): Marks & {
  leadId: string;
  state: 'pending' | 'written' | 'dead';
  attempts: number;
  failure: string | null;
  afterMs: number;
  at: string;
  told: string | null;
} {
  const { delivery, end, at } = settlement;
  const isDeferred = end.kind === 'deferred';
  return {
    leadId: delivery.accepted.leadId,
    state: isDeferred ? 'pending' : end.kind,
    attempts: attemptsAfter(settlement),
    failure: end.kind === 'written' ? null : JSON.stringify(end.reason),
    afterMs: isDeferred ? end.afterMs : 0,
    at: at.toISOString(),
    told: isDeferred ? JSON.stringify(tellDeferral(delivery.told, end.reason.cause, at).told) : null,
    isUnclear: delivery.isUnclear,
    strikes: delivery.strikes,
    signature: delivery.signature,
    refusedFor: end.kind === 'dead' && 'amongOthers' in end ? end.reason.cause : delivery.refusedFor,
    ...(isDeferred && end.marks),
  };
}

/** The event that tells of it; none of a deferral that is not told. */
function outcomeOf(settlement: Settlement): LeadOutcome[] {
  const { delivery, end, at } = settlement;
  const { leadId, connectionId, isTest, lead, receivedAt } = delivery.accepted;
  const facts = {
    leadId,
    connectionId,
    at: at.toISOString(),
    ...(receivedAt === undefined ? {} : { receivedAt }),
    attempts: attemptsAfter(settlement),
    isTest,
    lead,
  };
  switch (end.kind) {
    case 'written':
      return [{ ...facts, outcome: 'written', ...end.record, ...(end.foundThere && { foundThere: true }) }];
    case 'dead':
      return [{ ...facts, outcome: 'dead', reason: end.reason }];
    case 'deferred': {
      const { reason, afterMs } = end;
      const { deferrals } = tellDeferral(delivery.told, reason.cause, at);
      if (deferrals === undefined) return [];
      const nextAttemptAt = new Date(at.getTime() + afterMs).toISOString();
      const outcome = { ...facts, outcome: 'deferred', reason, nextAttemptAt } as const;
      return [deferrals > 1 ? { ...outcome, deferrals } : outcome];
    }
  }
}
