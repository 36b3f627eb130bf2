/** What a lane writes down is dated by the database's clock: its next holder's machine may take it to be another time. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DatabaseClock } from '@leads/database';
import { eventually, skewDate } from '@leads/testing';
import { sql } from 'kysely';
import type { Reading, Refused } from './destination.ts';
import { claimLanes, renewLeases } from './lanes/leases.ts';
import { lead, REASON, type DeliverySchema, startDeliverySchema } from './testing/delivery-schema.ts';
import { type RunningLane, runLane } from './testing/running-lane.ts';
import { type TestBehaviour, TestDestination } from './testing/test-destination.ts';

const MINUTE_MS = 60_000;
const BROKEN: Refused = { kind: 'refused', suspect: 'connection', signature: 'role', reason: REASON };
const AWAY: Reading = { kind: 'away', reason: REASON };

let schema: DeliverySchema;
let running: RunningLane | undefined;
let setRight: () => void = () => undefined;
beforeAll(async () => {
  schema = await startDeliverySchema();
});
afterAll(() => schema.close());
beforeEach(() => schema.begin());
afterEach(async () => {
  setRight();
  await running?.stop();
  running = undefined;
});

/** Drains the lane, with one lead in it, on a machine whose clock is wrong. */
async function drain(aheadMs: number, behaviour: TestBehaviour): Promise<void> {
  const clock = new DatabaseClock(schema.database);
  await clock.measure();
  await schema.takeIn(lead());
  setRight = skewDate(aheadMs);
  running = await runLane(schema, new TestDestination(behaviour), { clock, awayAfterMs: 0 });
}

/** How many minutes from now, by the database's clock, the times are that were written down; once there are any. */
function minutesOff(query: string): Promise<number[]> {
  return eventually(async () => {
    const { rows } = await sql<{ minutes: number }>`
      select extract(epoch from at - now())::float8 / 60 as minutes
      from (${sql.raw(query)}) as told (at) where at is not null
    `.execute(schema.database);
    expect(rows).not.toEqual([]);
    return rows.map(({ minutes }) => Math.abs(Math.round(minutes)));
  });
}

const told = (topic: string, field: string): string =>
  `select (value::json ->> '${field}')::timestamptz from outbox where topic = '${topic}'`;

describe.each([-5, 5])('on a machine whose clock is %d minutes ahead', (minutes) => {
  test('a lead is written at the time that it is', async () => {
    await drain(minutes * MINUTE_MS, {});
    expect(await minutesOff('select settled_at from deliveries')).toEqual([0]);
    expect(await minutesOff(told('leads.outcomes.v1', 'at'))).toEqual([0]);
  });

  test('a connection breaks at the time that it is', async () => {
    await drain(minutes * MINUTE_MS, { refusal: () => BROKEN });
    expect(await minutesOff('select broken_since from lanes')).toEqual([0]);
    expect(await minutesOff(told('alerts.v1', 'at'))).toEqual([0]);
  });

  test('a lane is another’s once its lease has ended there, and not before', async () => {
    setRight = skewDate(minutes * MINUTE_MS);
    expect(await claimLanes(schema.database, 'another', 1)).toEqual([]);
    await sql`update lanes set leased_until = now() - interval '1 second'`.execute(schema.database);
    expect(await renewLeases(schema.database, 'me')).toEqual([]);
    expect(await claimLanes(schema.database, 'another', 1)).toHaveLength(1);
  });

  test('a destination is away since the time that it is', async () => {
    await drain(minutes * MINUTE_MS, { answer: (leadIds) => leadIds.map(() => AWAY) });
    expect(await minutesOff('select away_since from lanes')).toEqual([0]);
    expect(await minutesOff(told('alerts.v1', 'since'))).toEqual([0]);
    expect(await minutesOff(told('leads.outcomes.v1', 'nextAttemptAt'))).toEqual([0]);
  });
});
