import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { removeAged } from '@leads/database';
import { retentionOf, retentionSettings } from '@leads/service';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Lane } from './lanes/lane.ts';
import { countLeads } from './metrics.ts';
import { deliveryAges } from './retention.ts';
import {
  CONNECTION,
  lead,
  NOW,
  REASON,
  startDeliverySchema,
  WRITTEN,
  type DeliverySchema,
} from './testing/delivery-schema.ts';

const DAY_MS = 24 * 60 * 60_000;
const DEAD = { kind: 'dead', reason: REASON, amongOthers: false } as const;
const ages = deliveryAges(retentionOf(z.object(retentionSettings).parse({})));

let schema: DeliverySchema;
let lane: Lane;

beforeAll(async () => {
  schema = await startDeliverySchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  lane = await schema.begin();
});

const inDays = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);

function keepHouse(now: Date, options: { batch?: number; goOn?: () => boolean } = {}) {
  const onError = (error: unknown): never => {
    throw error;
  };
  return removeAged(schema.database, ages, { now, onError, ...options });
}

async function kept(): Promise<{ state: string; payload: boolean }[]> {
  const { rows } = await sql<{ state: string; payload: boolean }>`
    select state, accepted is not null as payload from deliveries order by state
  `.execute(schema.database);
  return rows;
}

async function publisherChose(days: number | null): Promise<void> {
  await sql`
    insert into retentions (connection_id, days, changed_at) values (${CONNECTION}, ${days}, ${NOW})
  `.execute(schema.database);
}

describe('a written lead', () => {
  test.each([
    [6.9, [{ state: 'written', payload: true }]],
    [7.1, [{ state: 'written', payload: false }]],
    [15, [{ state: 'written', payload: false }]],
    [17, []],
  ])('%d days after it was written', async (days, expected) => {
    await schema.settled(lane, WRITTEN);
    await keepHouse(inDays(days));
    expect(await kept()).toEqual(expected);
  });

  test('whose payload is gone is still known when its topic is replayed', async () => {
    const accepted = lead();
    await schema.settled(lane, WRITTEN, accepted);
    await keepHouse(inDays(15));
    await schema.takeIn(accepted);
    expect(await kept()).toEqual([{ state: 'written', payload: false }]);
  });
});

describe('a dead lead', () => {
  test.each([
    ['as long as the settings say, where its publisher chose nothing', null, 364, 366],
    ['as long as its publisher chose', 60, 59, 61],
    ['no shorter than the least that may be chosen', 3, 29, 31],
    ['no longer than the most that may be chosen', 3_000, 1_094, 1_096],
  ])('is kept whole %s, counted since its death', async (_, days, before, after) => {
    await publisherChose(days);
    await schema.settled(lane, DEAD, lead({ acceptedAt: inDays(-200).toISOString() }));
    await keepHouse(inDays(before));
    expect(await kept()).toEqual([{ state: 'dead', payload: true }]);
    await keepHouse(inDays(after));
    expect(await kept()).toEqual([]);
  });

  test('that is to be delivered again waits, and stays', async () => {
    await schema.settled(lane, DEAD);
    await sql`update deliveries set state = 'pending', settled_at = null`.execute(schema.database);
    await keepHouse(inDays(2_000));
    expect(await kept()).toEqual([{ state: 'pending', payload: true }]);
  });
});

test('a lead that waits stays, however old, also where its publisher keeps little', async () => {
  await publisherChose(30);
  await schema.takeIn(lead(), lead());
  await schema.settled(lane, { kind: 'deferred', afterMs: 60_000, counts: true, reason: REASON });
  await keepHouse(inDays(5_000));
  expect(await kept()).toEqual(Array(3).fill({ state: 'pending', payload: true }));
});

test.each([
  ['written', 8],
  ['dead', 366],
])('many %s leads go in batches, and what is called off goes on', async (state, days) => {
  await schema.takeIn(...Array.from({ length: 25 }, () => lead()));
  await sql`update deliveries set state = ${state}, settled_at = ${NOW}`.execute(schema.database);
  let asked = 0;
  const perRound = ages.length;
  const goOn = (): boolean => (asked += 1) <= perRound + 1;
  expect(await keepHouse(inDays(days), { batch: 10, goOn })).toEqual({ deliveries: 20 });
  expect(await keepHouse(inDays(days), { batch: 10 })).toEqual({ deliveries: 5 });
});

test('of replays, Validates and instances what is past goes, and what is young stays', async () => {
  await sql`
    insert into replays (replay_id, connection_id, requested_by, requested_at, leads, replayed_at)
    select gen_random_uuid(), ${CONNECTION}, 'ann', at, 1, at from unnest(${[inDays(-17), inDays(-1)]}::timestamptz[]) as at
  `.execute(schema.database);
  await sql`
    insert into validations (validation_id, connection_id, asked_at)
    select gen_random_uuid(), ${CONNECTION}, at from unnest(${[inDays(-17), inDays(-1)]}::timestamptz[]) as at
  `.execute(schema.database);
  await sql`
    insert into instances (instance_id, seen_at) values ('past', ${inDays(-1)}), ('living', ${NOW})
  `.execute(schema.database);
  expect(await keepHouse(NOW)).toEqual({ replays: 1, validations: 1, instances: 1 });
});

describe('the count of a connection', () => {
  test('accepted is written, pending, dead and removed together, also after rows have gone; test leads do not count', async () => {
    await schema.settled(lane, WRITTEN);
    await schema.settled(lane, WRITTEN);
    await schema.settled(lane, WRITTEN, lead({ isTest: true }));
    await schema.settled(lane, DEAD);
    await schema.settled(lane, DEAD, lead({ isTest: true }));
    await schema.settled(lane, { kind: 'deferred', afterMs: 60_000, counts: true, reason: REASON });
    await schema.takeIn(lead({ isTest: true }));
    const counted = async () => {
      const [count] = await countLeads(schema.database);
      const { rows } = await sql<{ pending: number }>`select pending from totals`.execute(schema.database);
      expect(rows).toEqual([{ pending: count?.pending }]);
      return count;
    };
    const same = { connectionId: CONNECTION, accepted: 4, written: 2, pending: 1 };
    expect(await counted()).toMatchObject({ ...same, dead: 1, removed: 0 });
    await keepHouse(inDays(17));
    expect(await counted()).toMatchObject({ ...same, dead: 1, removed: 0 });
    await keepHouse(inDays(366));
    expect(await counted()).toMatchObject({ ...same, dead: 0, removed: 1 });
    expect(await kept()).toHaveLength(2);
  });

  test('tells how long the oldest has waited, and whether the connection is broken', async () => {
    await schema.takeIn(
      lead({ acceptedAt: new Date(Date.now() - 3_600_000).toISOString() }),
      lead({ acceptedAt: new Date().toISOString() }),
    );
    await sql`update lanes set broken = '{}'`.execute(schema.database);
    const [count] = await countLeads(schema.database);
    expect(count?.lagSeconds).toBeGreaterThan(3_599);
    expect(count?.lagSeconds).toBeLessThan(3_700);
    expect(count?.broken).toBe(true);
  });

  test('a connection without leads has a count too', async () => {
    expect(await countLeads(schema.database)).toEqual([
      expect.objectContaining({
        accepted: 0,
        written: 0,
        pending: 0,
        dead: 0,
        removed: 0,
        lagSeconds: 0,
        broken: false,
      }),
    ]);
  });
});
