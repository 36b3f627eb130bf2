/** A lane that is drained for real, by what production drains it with, woken through PostgreSQL. */
import { listen } from '@leads/database';
import type { Destination } from '../destination.ts';
import type { Lane } from '../lanes/lane.ts';
import { laneChannel, readNotice } from '../lanes/lane-notice.ts';
import { type LaneParts, type OpenLane, openLane } from '../lanes/open-lane.ts';
import { type DeliverySchema, SCHEMA } from './delivery-schema.ts';

export interface RunningLane extends OpenLane {
  /** Gives the lane up, and resolves once nothing of it is in flight. */
  stop: () => Promise<void>;
}

export const silent: LaneParts['log'] = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** In specs the process and the database are on one machine. */
export const OWN_CLOCK: LaneParts['clock'] = { date: () => new Date() };

/** Takes over the one lane of the schema and drains it. @param options in place of the usual parts */
export async function runLane(
  schema: DeliverySchema,
  destination: Destination,
  options: Partial<LaneParts> & { onBreakerChanged?: (lane: Lane) => void } = {},
): Promise<RunningLane> {
  const { onBreakerChanged, ...others } = options;
  const parts = {
    ...{ database: schema.database, clock: OWN_CLOCK, destination },
    ...{ relay: { wake: () => undefined }, log: silent },
  };
  const open = openLane(await schema.claimFacts(), { ...parts, ...others }, onBreakerChanged);
  const { lane } = open;
  const ear = listen({
    url: schema.url,
    channel: laneChannel(SCHEMA),
    onMessage: (payload) => (readNotice(payload).news === 'probe' ? lane.probe() : lane.wake()),
    onError: (error) => {
      throw error;
    },
  });
  return {
    ...open,
    stop: async () => {
      lane.end();
      await open.drained;
      await ear.close();
    },
  };
}
