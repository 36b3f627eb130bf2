import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { LaneReport } from '@leads/contracts';
import { eventually } from '@leads/testing';
import { sql } from 'kysely';
import { closeBreaker, openBreaker } from './breaker.ts';
import { Lane } from './lane.ts';
import { countLanes, LaneReports } from './lane-reports.ts';
import { claimLanes } from './leases.ts';
import { countLeads } from '../metrics.ts';
import type { Refused } from '../destination.ts';
import { OWN_CLOCK, runLane } from '../testing/running-lane.ts';
import { type TestBehaviour, TestDestination } from '../testing/test-destination.ts';
import {
  CONNECTION,
  lead,
  NOW,
  REASON,
  startDeliverySchema,
  WRITTEN,
  type DeliverySchema,
} from '../testing/delivery-schema.ts';

/** All but timeouts. */
const NOT_FAKED = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
] as const;

let schema: DeliverySchema;
let lane: Lane;
let told: LaneReport[];
let warned: string[];
/** What the topic does with reports. */
let publish: (reports: LaneReport[]) => Promise<void>;
let reports: LaneReports;

beforeAll(async () => {
  schema = await startDeliverySchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  lane = await schema.begin();
  [told, warned] = [[], []];
  publish = () => Promise.resolve();
  startReports();
});
afterEach(() => reports.stop());

function startReports(): void {
  reports = new LaneReports({
    database: schema.database,
    clock: OWN_CLOCK,
    publish: async (news) => {
      await publish(news);
      told.push(...news.map((report) => LaneReport.parse(report)));
    },
    instance: 'writer-1',
    log: { warn: (_: unknown, message: string) => void warned.push(message) } as never,
  });
  reports.start();
}

const untilTold = (expected: Partial<LaneReport>) =>
  eventually(() => expect(told.at(-1)).toMatchObject(expected));

describe('a lane is told of at once', () => {
  beforeEach(async () => {
    await reports.stop();
    // No look at all lanes comes by itself: what is told is told for what has happened.
    jest.useFakeTimers({ doNotFake: [...NOT_FAKED] });
    startReports();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('when it is taken and when it is given up, with what waits in it', async () => {
    const testLead = lead({ acceptedAt: '2026-11-22T07:00:00.000Z', isTest: true });
    await schema.takeIn(lead(), lead({ acceptedAt: '2026-11-22T08:00:00.000Z' }), testLead);
    reports.taken(lane);
    const waiting = { connectionId: CONNECTION, pending: 2, oldestPendingAt: '2026-11-22T08:00:00.000Z' };
    await untilTold({ ...waiting, instance: 'writer-1', held: true, breaker: { state: 'closed' } });
    reports.released(lane);
    await untilTold({ ...waiting, held: false, inFlight: 0, permitted: 0 });
    expect(told).toHaveLength(2);
  });

  test('when its breaker opens and closes, with the reason and since when', async () => {
    reports.taken(lane);
    await untilTold({ held: true });
    await openBreaker(schema.database, lane, REASON, 'connection', NOW);
    reports.changed(lane);
    await untilTold({ breaker: { state: 'open', since: NOW.toISOString(), reason: REASON } });
    await closeBreaker(schema.database, lane, NOW);
    reports.changed(lane);
    await untilTold({ breaker: { state: 'closed' } });
    expect(told).toHaveLength(3);
  });

  test('when it is given up as its writer ends', async () => {
    reports.taken(lane);
    await untilTold({ held: true });
    reports.released(lane);
    await reports.stop();
    expect(told.at(-1)).toMatchObject({ held: false });
  });
});

test('a writer ends although nobody takes its last reports', async () => {
  reports.taken(lane);
  await untilTold({ held: true });
  publish = () => new Promise(() => undefined);
  reports.released(lane);
  await reports.stop();
  expect(warned).toEqual([expect.stringContaining('could not be told in time')]);
});

test('a lane that this instance has taken anew is not told of as given up', async () => {
  reports.taken(lane);
  await untilTold({ held: true });
  const { resolve, promise } = Promise.withResolvers<void>();
  let publishing: LaneReport[] = [];
  publish = (news) => {
    publishing = news;
    return promise;
  };
  reports.released(lane);
  await eventually(() => expect(publishing).toMatchObject([{ held: false }]));
  await sql`update lanes set leased_until = '-infinity'`.execute(schema.database);
  const [facts] = await claimLanes(schema.database, 'me', 1);
  if (!facts) throw new Error('no lane was free');
  reports.taken(new Lane(facts));
  reports.released(lane);
  resolve();
  await eventually(() => expect(told.map(({ held }) => held)).toEqual([true, false, true]));
});

test('a lane is told of as its backlog comes and goes', async () => {
  reports.taken(lane);
  await untilTold({ pending: 0 });
  expect(told.at(-1)?.oldestPendingAt).toBeUndefined();
  await schema.takeIn(lead());
  await untilTold({ pending: 1, oldestPendingAt: NOW.toISOString() });
  await schema.settled(lane, { kind: 'deferred', afterMs: 60_000, counts: true, reason: REASON });
  await untilTold({ pending: 2 });
});

test('without the broker a report is warned of, and the lane is told of as it stands once the broker is back', async () => {
  publish = () => Promise.reject(new Error('broker away'));
  reports.taken(lane);
  await eventually(() => expect(warned).toHaveLength(1));
  await schema.takeIn(lead());
  publish = () => Promise.resolve();
  await untilTold({ held: true, pending: 1 });
  expect(told).toHaveLength(1);
});

test('what a lane is given up with is not forgotten while the broker is away', async () => {
  reports.taken(lane);
  await untilTold({ held: true });
  publish = () => Promise.reject(new Error('broker away'));
  reports.released(lane);
  await eventually(() => expect(warned).toHaveLength(1));
  publish = () => Promise.resolve();
  await untilTold({ held: false });
});

test('what the totals say is pending is what is pending, whatever became of leads', async () => {
  await schema.settled(lane, WRITTEN);
  await schema.settled(lane, { kind: 'dead', reason: REASON, amongOthers: false });
  await schema.settled(lane, { kind: 'deferred', afterMs: 60_000, counts: true, reason: REASON });
  await schema.takeIn(lead(), lead({ isTest: true }));
  const [[count], [counted]] = await Promise.all([
    countLanes(schema.database, [CONNECTION]),
    countLeads(schema.database),
  ]);
  expect(count?.pending).toBe(2);
  expect(counted?.pending).toBe(2);
});

test('a connection that nothing is known of has nothing pending', async () => {
  const unknown = '0195b7a2-6f1e-7c3a-9d2b-4e5f60718294';
  expect(await countLanes(schema.database, [unknown])).toEqual([
    { connectionId: unknown, pending: 0, oldestPendingAt: null, broken: null, brokenSince: null },
  ]);
});

const BROKEN: Refused = { kind: 'refused', suspect: 'connection', signature: 'x', reason: REASON };

describe('a lane that is drained', () => {
  async function drained(behaviour: TestBehaviour, whileItRuns: () => Promise<void>): Promise<void> {
    const running = await runLane(schema, new TestDestination(behaviour), {
      onBreakerChanged: (changed) => reports.changed(changed),
    });
    reports.taken(running.lane);
    try {
      await whileItRuns();
    } finally {
      await running.stop();
    }
  }

  test('is told of with its pace', () =>
    drained({}, () => untilTold({ held: true, inFlight: 0, permitted: 4 })));

  test('into a destination that throttles is told of with the time that this asked for', () =>
    drained({ answer: () => [{ kind: 'throttled', waitMs: 30_000, reason: REASON }] }, async () => {
      await schema.takeIn(lead());
      await untilTold({ pending: 1, throttledUntil: expect.any(String) as never });
      expect(Date.parse(told.at(-1)?.throttledUntil ?? '')).toBeGreaterThan(Date.now());
    }));

  test('and found broken is told of with its reason and when it is tried again', () =>
    drained({ refusal: () => BROKEN }, async () => {
      await schema.takeIn(lead());
      const reason = expect.objectContaining({ cause: expect.any(String) }) as never;
      const nextProbeAt = expect.any(String) as never;
      await untilTold({
        pending: 1,
        breaker: expect.objectContaining({ state: 'open', reason, nextProbeAt }) as never,
      });
    }));
});
