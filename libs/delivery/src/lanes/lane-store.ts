/** What a lane reads of the database and writes down there: all that its walk needs of one. */
import type { Reason } from '@leads/contracts';
import { NaturalBatching } from '@leads/pacing';
import type { Kysely } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import { closeBreaker, type Closing, openBreaker } from './breaker.ts';
import {
  type Due,
  keepRefusedSome,
  nextDeliveries,
  type Settlement,
  type UndecodableRow,
  wakeWaiting,
} from './deliveries.ts';
import { settleDeliveries } from './settle-deliveries.ts';
import { putRowsAside } from './put-rows-aside.ts';
import type { Lane } from './lane.ts';
import type { OfSome, Suspect } from './whose-fault.ts';

/** The most ends that are written down in one transaction. */
const LARGEST_SETTLEMENT = 500;

/** The rows of one lane, as its walk works with them; each call fails where the database does. */
export interface LaneStore {
  /** What is due, as `nextDeliveries` says. */
  next(inFlight: ReadonlySet<string>, limit: number, probing?: 'untried-first' | 'untried'): Promise<Due>;
  /** Takes out rows that cannot be read. @returns those that were */
  putAside(rows: UndecodableRow[], now: Date): Promise<UndecodableRow[]>;
  /** Writes ends down, those that gather in the meantime together; resolves when that is committed. */
  settle(settlements: readonly Settlement[]): Promise<void>;
  /** What waits only because the destination did not work is due at once. */
  wakeWaiting(): Promise<void>;
  /** Keeps what is known of refusals that some leads met while others passed, for whoever holds the lane next. */
  keepRefusedSome(known: readonly OfSome[]): Promise<unknown>;
  openBreaker(reason: Reason, suspect: Suspect, now: Date): Promise<unknown>;
  /** @returns whether it was open, and nothing spoke against that */
  closeBreaker(now: Date, why: Closing): Promise<boolean>;
  /** The destination, by the name that people know, works for nobody. */
  isAway(reason: Reason, destination: string, now: Date): Promise<void>;
  isBack(now: Date): Promise<void>;
}

/**
 * The store of a lane in PostgreSQL.
 * @param onSettled told which ends were written down, and of which leads that was so
 * @param awayAfterMs how long the destination may be away before that is told
 */
export function laneStore(
  database: Kysely<DeliveryTables>,
  lane: Lane,
  onSettled: (settlements: Settlement[], settled: ReadonlySet<string>) => void,
  awayAfterMs?: number,
): LaneStore {
  const settling = new NaturalBatching<Settlement>(
    async (settlements) => {
      onSettled(settlements, new Set(await settleDeliveries(database, lane, settlements)));
    },
    () => 1,
    { records: LARGEST_SETTLEMENT, bytes: Infinity },
  );
  return {
    next: (inFlight, limit, probing) => nextDeliveries(database, lane, inFlight, limit, probing),
    putAside: (rows, now) => putRowsAside(database, lane, rows, now),
    settle: (settlements) => settling.add(settlements),
    wakeWaiting: () => wakeWaiting(database, lane),
    keepRefusedSome: (known) => keepRefusedSome(database, lane, known),
    openBreaker: (reason, suspect, now) => openBreaker(database, lane, reason, suspect, now),
    closeBreaker: (now, why) => closeBreaker(database, lane, now, why),
    isAway: (reason, destination, now) =>
      lane.absence.goesOn(database, lane, reason, destination, now, awayAfterMs),
    isBack: (now) => lane.absence.ends(database, lane, now),
  };
}
