/** A lane's deliveries in the database: what waits, and what is due. */
import { LeadAccepted, type LeadWritten, type Reason } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import type { z } from 'zod';
import type { DeliveryTables } from '../tables.ts';
import type { Lane } from './lane.ts';
import type { DeferralTold } from './tell-deferral.ts';
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
  /** What was told last of its being tried again. */
  told?: DeferralTold | undefined;
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
export type Marks = Pick<Delivery, 'isUnclear' | 'strikes' | 'signature' | 'refusedFor'>;

/** A row whose content cannot be read any more. */
export interface UndecodableRow {
  leadId: string;
  accepted: string;
  attempts: number;
  isTest: boolean;
  why: string;
}

/** A row of a lane as it is kept. */
export type RowRead = Omit<UndecodableRow, 'why'> & Marks & { told: string | null };

/** The columns of a `RowRead`. */
export const ROW = sql`lead_id as "leadId", accepted, attempts, is_test as "isTest", unclear as "isUnclear", strikes, signature, refused_for as "refusedFor", told`;

/** Reads rows, each by itself: one that cannot be read keeps no other from it. */
export function readRows(rows: readonly RowRead[]): Pick<Due, 'due' | 'undecodable'> {
  const read: Pick<Due, 'due' | 'undecodable'> = { due: [], undecodable: [] };
  for (const row of rows) {
    try {
      const { attempts, isUnclear, strikes } = row;
      const accepted = LeadAccepted.parse(JSON.parse(row.accepted));
      const [signature, refusedFor] = [row.signature ?? undefined, row.refusedFor ?? undefined];
      const told = row.told === null ? undefined : (JSON.parse(row.told) as DeferralTold);
      read.due.push({ accepted, attempts, isUnclear, strikes, signature, refusedFor, told });
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
 * paused or not published, customers' leads are not: only the test leads of Validates that run.
 * @param probing in trouble: what was never tried comes first, for it may be of another kind; `untried`: nothing else does
 */
export async function nextDeliveries(
  database: Kysely<DeliveryTables>,
  lane: Lane,
  inFlight: ReadonlySet<string>,
  limit: number,
  probing?: 'untried-first' | 'untried',
): Promise<Due> {
  const chosen = lane.isHeld
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
