/** A lane with all that drains it: composed here, for production and for specs. */
import type { DatabaseClock, OutboxRelay } from '@leads/database';
import type { Logger } from '@leads/service';
import type { Kysely } from 'kysely';
import { deliverLeads } from '../deliver-leads.ts';
import type { Destination } from '../destination.ts';
import { writtenLeads } from '../metrics.ts';
import type { DeliveryTables } from '../tables.ts';
import type { Settlement } from './deliveries.ts';
import { Lane, type LaneFacts } from './lane.ts';
import { KnownLimits } from './known-limits.ts';
import { laneStore } from './lane-store.ts';
import { Pace } from './pace.ts';

export interface LaneParts {
  database: Kysely<DeliveryTables>;
  clock: Pick<DatabaseClock, 'date'>;
  destination: Destination;
  relay: Pick<OutboxRelay<DeliveryTables>, 'wake'>;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** What is permitted to whom, shared with the other lanes of this process. */
  limits?: KnownLimits;
  /** How long the destination may be away before anybody is told, in milliseconds. */
  awayAfterMs?: number;
  /** How long a lead that rules refuse is tried while no other passes, in milliseconds. */
  refusedAloneMs?: number | undefined;
}

export interface OpenLane {
  lane: Lane;
  /** Cuts off what is in flight: whether it had its effect is unknown. */
  abort: () => void;
  /** Settles once nothing of the lane is in flight any more; rejects where it stopped by itself. */
  drained: Promise<void>;
}

/** Begins to drain a lane that this instance has claimed. @param onBreakerChanged told when its breaker opens or closes */
export function openLane(
  facts: LaneFacts,
  {
    database,
    clock,
    destination,
    relay,
    log,
    awayAfterMs,
    refusedAloneMs,
    limits = new KnownLimits(database, destination, log),
  }: LaneParts,
  onBreakerChanged?: (lane: Lane) => void,
): OpenLane {
  const permitted = limits.of(facts);
  if (facts.heldForMs) permitted.holdUntil(Date.now() + facts.heldForMs);
  const pace = new Pace(destination.mostInFlight, undefined, permitted, destination.mostInRequest);
  const lane = new Lane(facts, pace, onBreakerChanged);
  const session = destination.open(lane);
  const tellSettled = (settlements: Settlement[], settled: ReadonlySet<string>): void => {
    const written = settlements.filter(({ end }) => end.kind === 'written');
    writtenLeads.inc(written.filter(({ delivery }) => settled.has(delivery.accepted.leadId)).length);
    relay.wake();
  };
  const store = laneStore(database, lane, tellSettled, awayAfterMs);
  const parts = { destination, session, store, log, refusedAloneMs };
  const drained = deliverLeads(lane, { ...parts, date: clock.date, random: Math.random }).finally(
    async () => {
      await session.close();
      await limits.written();
    },
  );
  return { lane, abort: () => session.abort(), drained };
}
