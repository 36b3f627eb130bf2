/** One instance of a writer, as far as lanes go: it holds its share of them and drains each, beside others. */
import type { LaneReport } from '@leads/contracts';
import type { OutboxRelay } from '@leads/database';
import type { Publisher } from '@leads/kafka';
import type { Logger, ServiceSettings } from '@leads/service';
import type { Destination } from '../destination.ts';
import { HoldLanes } from '../hold-lanes.ts';
import { KnownLimits } from '../lanes/known-limits.ts';
import { laneChannel } from '../lanes/lane-notice.ts';
import type { DeliverySettings } from '../settings.ts';
import type { DeliveryTables } from '../tables.ts';
import { type DeliverySchema, SCHEMA } from './delivery-schema.ts';
import { OWN_CLOCK, silent } from './running-lane.ts';

export interface RunningInstance {
  limits: KnownLimits;
  /** Lets what is in flight end, and gives its lanes back. */
  stop: () => Promise<void>;
}

/** Begins to hold lanes of the schema. @param name no two have the same */
export function runInstance(schema: DeliverySchema, destination: Destination, name: string): RunningInstance {
  const { database, url } = schema;
  const limits = new KnownLimits(database, destination, silent);
  const publisher = { publish: (_topic: unknown, _reports: LaneReport[]) => Promise.resolve() };
  const holding = new HoldLanes(
    database,
    name,
    { wake: () => undefined } as OutboxRelay<DeliveryTables>,
    destination,
    laneChannel(SCHEMA),
    { DATABASE_URL: url, DESTINATION_AWAY_SECONDS: 300, REFUSED_ALONE_SECONDS: 300 } as ServiceSettings &
      DeliverySettings,
    limits,
    OWN_CLOCK,
    publisher as unknown as Publisher,
    silent as Logger,
  );
  holding.onApplicationBootstrap();
  return { limits, stop: () => holding.beforeApplicationShutdown() };
}
