/** A lane's deliveries in the database: what is due, and what became of it. */
import { isDeepStrictEqual } from 'node:util';
import {
  LeadAccepted,
  type LeadOutcome,
  type LeadWritten,
  MarketplaceLead,
  type Reason,
  topics,
} from '@leads/contracts';
import { addToOutbox, keepUndecodable } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { z } from 'zod';
import type { DeliveryTables } from '../tables.ts';
import type { Lane } from './lane.ts';
import { foldRefused, type RefusedCause, type Settled } from './refused-leads.ts';
import { tellTrouble } from './tell-trouble.ts';
import type { OfSome } from './whose-fault.ts';

/** A lead that waits to be written. */
export interface Delivery {
  accepted: LeadAccepted;
  /** How often it has been tried before. */
  attempts: number;
  /** Whether an earlier attempt may have reached the destination. */
  isUnclear: boolean;
  /** Refusals that count against the lead itself, and the signature of the last. */
  strikes: number;
  signature: string | undefined;
  /** The cause of the last, which stays with the lead until it is written. */
  refusedFor: string | undefined;
}

/** Where a written lead is, as it is told. */
export type WrittenRecord = Pick<z.infer<typeof LeadWritten>, 'crmId' | 'organization'>;

/** What became of one delivery. */
export type End =
  | { kind: 'written'; record: WrittenRecord; foundThere?: true }
  /**
   * Due again after a while; counted as an attempt unless the destination only asked to slow down.
   * @property marks what is known of the lead from now on, where that is other than before
   */
  | { kind: 'deferred'; afterMs: number; counts: boolean; reason: Reason; marks?: Partial<Marks> }
  /** Kept, with its reason, until a person decides. */
  | { kind: 'dead'; reason: Reason; amongOthers: boolean }
  /** The same by what a person did: no attempt, and no trouble that anybody is told of. */
  | { kind: 'dead'; reason: Reason; byPerson: true };

/** What is kept of a lead's attempts. */
type Marks = Pick<Delivery, 'isUnclear' | 'strikes' | 'signature' | 'refusedFor'>;

/** A row whose content cannot be read any more. */
export interface UndecodableRow {
  leadId: string;
  accepted: string;
  attempts: number;
  isTest: boolean;
  why: string;
}

/** A row of a lane as it is kept. */
export type RowRead = Omit<UndecodableRow, 'why'> & Marks;

/** The columns of a `RowRead`. */
export const ROW = sql`lead_id as "leadId", accepted, attempts, is_test as "isTest", unclear as "isUnclear", strikes, signature, refused_for as "refusedFor"`;

/** Reads rows, each by itself: one that cannot be read keeps no other from it. */
export function readRows(rows: readonly RowRead[]): Pick<Due, 'due' | 'undecodable'> {
  const read: Pick<Due, 'due' | 'undecodable'> = { due: [], undecodable: [] };
  for (const row of rows) {
    try {
      const { attempts, isUnclear, strikes } = row;
      const accepted = LeadAccepted.parse(JSON.parse(row.accepted));
      const [signature, refusedFor] = [row.signature ?? undefined, row.refusedFor ?? undefined];
      read.due.push({ accepted, attempts, isUnclear, strikes, signature, refusedFor });
    } catch (error) {
      read.undecodable.push({ ...row, why: String(error) });
    }
  }
  return read;
}

/** Of a lane, what writing down for it needs. */
export type Holding = Pick<Lane, 'connectionId' | 'fence'>;

/** What a lane has to deliver now. */
export interface Due {
  due: Delivery[];
  undecodable: UndecodableRow[];
  /** How long until the next one is due, in milliseconds, where fewer than were asked for are due now. */
  waitMs: number | undefined;
}

/** One delivery and its end, at a time. */
export interface Settlement {
  delivery: Delivery;
  end: End;
  at: Date;
}

/**
 * The deliveries of a lane that are due, oldest first, but for those that are in flight. While its connection is
 * paused, customers' leads are not: only the test leads of Validates that run.
 * @param probing in trouble: what was never tried comes first, for it may be of another kind; `untried`: nothing else does
 */
export async function nextDeliveries(
  database: Kysely<DeliveryTables>,
  lane: Lane,
  inFlight: ReadonlySet<string>,
  limit: number,
  probing?: 'untried-first' | 'untried',
): Promise<Due> {
  const chosen = lane.isPaused
    ? sql`lead_id in (select validation_id from validations
                      where connection_id = ${lane.connectionId} and done_at is null)`
    : sql`true`;
  const tried = sql`(attempts > 0 or unclear)`;
  const order = probing === 'untried-first' ? sql`due_at > now(), ${tried}, due_at` : sql`due_at`;
  const { rows } = await sql<RowRead & { waitMs: number }>`
    select ${ROW}, ceil(extract(epoch from due_at - now()) * 1000)::float8 as "waitMs"
    from deliveries
    where connection_id = ${lane.connectionId} and state = 'pending' and lead_id <> all(${[...inFlight]}::uuid[])
      and ${chosen} and ${probing === 'untried' ? sql`not ${tried}` : sql`true`}
    order by ${order}
    limit ${limit}
  `.execute(database);
  const now = rows.filter((row) => row.waitMs <= 0);
  return { ...readRows(now), waitMs: rows[now.length]?.waitMs };
}

/** Ends what leads of connections wait for: a person has changed something, or wants to know. */
export async function dueAtOnce(transaction: Kysely<DeliveryTables>, connectionIds: string[]): Promise<void> {
  await sql`
    update deliveries set due_at = now()
    where connection_id = any(${connectionIds}::uuid[]) and state = 'pending' and due_at > now()
  `.execute(transaction);
}

/** The destination works: what waits only because it did not is due at once. Refused leads keep their own pauses. */
export async function wakeWaiting(database: Kysely<DeliveryTables>, lane: Lane): Promise<void> {
  await sql`
    update deliveries set due_at = now()
    from lanes
    where deliveries.connection_id = ${lane.connectionId} and deliveries.state = 'pending' and due_at > now() and strikes = 0
      and lanes.connection_id = deliveries.connection_id and lanes.fence = ${lane.fence}
  `.execute(database);
}

/** Keeps with the lane which refusals some leads met while others passed; not where the lane is another's by now. */
export async function keepRefusedSome(
  database: Kysely<DeliveryTables>,
  { connectionId, fence }: Lane,
  known: readonly OfSome[],
): Promise<void> {
  await sql`
    update lanes set refused_some = ${JSON.stringify(known)}
    where connection_id = ${connectionId} and fence = ${fence}
  `.execute(database);
}

/**
 * Takes rows that cannot be read out of a lane, so that it goes on: each is dead, its content is kept in the table of
 * undecodable records, and the connection's contacts are told.
 * @returns those that were; none where the lane is another's by now
 */
export function putRowsAside(
  database: Kysely<DeliveryTables>,
  lane: Holding,
  rows: UndecodableRow[],
  now: Date,
): Promise<UndecodableRow[]> {
  return database.transaction().execute((transaction) => putRowsAsideIn(transaction, lane, rows, now));
}

/** The same in a transaction that does more. */
export async function putRowsAsideIn(
  transaction: Kysely<DeliveryTables>,
  lane: Holding,
  rows: UndecodableRow[],
  now: Date,
): Promise<UndecodableRow[]> {
  const { connectionId } = lane;
  const at = now.toISOString();
  const { rows: taken } = await sql<{ lead_id: string }>`
      update deliveries
      set state = 'dead', settled_at = ${now}, accepted = null, last_failure = ${JSON.stringify(UNDECODABLE)}
      from lanes
      where lead_id = any(${rows.map(({ leadId }) => leadId)}::uuid[]) and deliveries.state = 'pending'
        and lanes.connection_id = deliveries.connection_id and lanes.fence = ${lane.fence}
      returning lead_id
    `.execute(transaction);
  const ids = new Set(taken.map((row) => row.lead_id));
  const aside = rows.filter(({ leadId }) => ids.has(leadId));
  await keepUndecodable(
    transaction,
    aside.map(({ leadId, accepted, why }) => ({
      topic: 'deliveries',
      partition: 0,
      offset: leadId,
      key: Buffer.from(connectionId),
      value: Buffer.from(accepted),
      reason: why,
    })),
  );
  await addToOutbox(
    transaction,
    topics.leadsOutcomes,
    aside.map(({ leadId, attempts, isTest, accepted }): LeadOutcome => {
      const facts = { leadId, connectionId, at, attempts, isTest, lead: leadIn(accepted) };
      return { ...facts, outcome: 'dead', reason: UNDECODABLE };
    }),
  );
  await tellTrouble(
    transaction,
    lane,
    now,
    aside.map(({ leadId }) => ({
      trouble: 'records-undecodable',
      transition: 'triggered',
      cause: UNDECODABLE.cause,
      what: `The lead ${leadId} could not be read by the writer. Its content is kept.`,
      remedy: UNDECODABLE.remedy,
    })),
  );
  return aside;
}

const UNDECODABLE: Reason = {
  cause: 'undecodable',
  what: 'What was kept of the lead cannot be read any more. Its content is kept as it is.',
  remedy: 'Ask the operators of this system to look at the table undecodable.',
};

/** Of a row that cannot be read, the lead if at least that can. */
function leadIn(accepted: string): MarketplaceLead {
  try {
    return MarketplaceLead.parse((JSON.parse(accepted) as { lead?: unknown }).lead);
  } catch {
    const customer = {
      firstName: '',
      lastName: '',
      email: '',
      phone: '',
      country: '',
      company: '',
      title: '',
    };
    return { customer, leadSource: '', actionCode: '', offerTitle: '', description: '' };
  }
}

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
  const { rows: settled } = await sql<{ lead_id: string; refused: string | null }>`
      update deliveries
      set state = settlement.state, attempts = settlement.attempts, last_failure = settlement.failure,
          unclear = settlement.unclear, strikes = settlement.strikes, signature = settlement.signature,
          refused_for = settlement.refused_for,
          due_at = now() + settlement.after_ms * interval '1 millisecond',
          settled_at = case when settlement.state <> 'pending' then settlement.at end
      from lanes,
        unnest(${rows.map((row) => row.leadId)}::uuid[], ${rows.map((row) => row.state)}::text[],
               ${rows.map((row) => row.attempts)}::int[], ${rows.map((row) => row.failure)}::text[],
               ${rows.map((row) => row.afterMs)}::float8[], ${rows.map((row) => row.at)}::timestamptz[],
               ${rows.map((row) => row.isUnclear)}::boolean[], ${rows.map((row) => row.strikes)}::int[],
               ${rows.map((row) => row.signature ?? null)}::text[], ${rows.map((row) => row.refusedFor ?? null)}::text[])
          as settlement (lead_id, state, attempts, failure, after_ms, at, unclear, strikes, signature, refused_for)
      where deliveries.lead_id = settlement.lead_id and deliveries.state = 'pending'
        and lanes.connection_id = deliveries.connection_id and lanes.fence = ${lane.fence}
      returning deliveries.lead_id, lanes.refused
    `.execute(transaction);
  const ids = new Set(settled.map((row) => row.lead_id));
  const outcomes = settlements.filter(({ delivery }) => ids.has(delivery.accepted.leadId));
  await addToOutbox(transaction, topics.leadsOutcomes, outcomes.map(outcomeOf));
  await tellRefused(transaction, lane, settled[0]?.refused ?? null, outcomes);
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
  const { known: after, died, over } = foldRefused(before, ends);
  if (died.length === 0 && isDeepStrictEqual(after, before)) return;
  await sql`
    update lanes set refused = ${after.length === 0 ? null : JSON.stringify(after)}
    where connection_id = ${connectionId}
  `.execute(transaction);
  const { rows: counts } = await sql<{ cause: string; dead: number }>`
    select refused_for as cause, count(*)::float8 as dead from deliveries
    where connection_id = ${connectionId} and state = 'dead' and not is_test
      and refused_for = any(${died.map(({ cause }) => cause)}::text[])
    group by refused_for
  `.execute(transaction);
  const trouble = 'leads-refused' as const;
  await tellTrouble(transaction, { connectionId }, new Date(), [
    ...died.map((reason) => {
      const dead = counts.find(({ cause }) => cause === reason.cause)?.dead ?? 1;
      return { ...reason, dead, trouble, transition: 'triggered' as const };
    }),
    ...over.map((cause) => ({ cause, ...TAKEN_AGAIN, trouble, transition: 'cleared' as const })),
  ]);
}

const TAKEN_AGAIN = {
  what: 'Leads that were refused so are taken again.',
  remedy: 'Replay those that are dead, if that has not been done.',
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
} {
  const { delivery, end, at } = settlement;
  return {
    leadId: delivery.accepted.leadId,
    state: end.kind === 'deferred' ? 'pending' : end.kind,
    attempts: attemptsAfter(settlement),
    failure: end.kind === 'written' ? null : JSON.stringify(end.reason),
    afterMs: end.kind === 'deferred' ? end.afterMs : 0,
    at: at.toISOString(),
    isUnclear: delivery.isUnclear,
    strikes: delivery.strikes,
    signature: delivery.signature,
    refusedFor: end.kind === 'dead' && 'amongOthers' in end ? end.reason.cause : delivery.refusedFor,
    ...(end.kind === 'deferred' && end.marks),
  };
}

function outcomeOf(settlement: Settlement): LeadOutcome {
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
      return { ...facts, outcome: 'written', ...end.record, ...(end.foundThere && { foundThere: true }) };
    case 'dead':
      return { ...facts, outcome: 'dead', reason: end.reason };
    case 'deferred': {
      const nextAttemptAt = new Date(at.getTime() + end.afterMs).toISOString();
      return { ...facts, outcome: 'deferred', reason: end.reason, nextAttemptAt };
    }
  }
}
