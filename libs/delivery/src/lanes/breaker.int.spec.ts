import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Alert } from '@leads/contracts';
import { closeBreaker, openBreaker } from './breaker.ts';
import type { Lane } from './lane.ts';
import {
  CONNECTION,
  lead,
  NOW,
  REASON,
  startDeliverySchema,
  type DeliverySchema,
} from '../testing/delivery-schema.ts';

let schema: DeliverySchema;
let lane: Lane;

beforeAll(async () => {
  schema = await startDeliverySchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  lane = await schema.begin();
});

async function alerts(): Promise<Partial<Alert>[]> {
  const rows = await schema.database.selectFrom('outbox').select('value').orderBy('id').execute();
  return rows.map((row) => Alert.parse(JSON.parse(row.value)));
}

const triggered = (cause: string) => expect.objectContaining({ ...TOLD, transition: 'triggered', cause });
const TOLD = { connectionId: CONNECTION, trouble: 'connection-broken' };
const CLEARED = expect.objectContaining({ ...TOLD, transition: 'cleared' });

describe('the circuit breaker', () => {
  test('raises one alert of its cause however often it is opened, and one of every cause when it closes', async () => {
    await Promise.all([1, 2, 3].map(() => openBreaker(schema.database, lane, REASON, 'connection', NOW)));
    await closeBreaker(schema.database, lane, NOW);
    await closeBreaker(schema.database, lane, NOW);
    const told = await alerts();
    expect(told).toEqual([triggered(REASON.cause), CLEARED]);
    expect(told[1]).not.toHaveProperty('cause');
  });

  test('is still open for the next who holds the lane', async () => {
    await openBreaker(schema.database, lane, REASON, 'connection', NOW);
    const next = await schema.claim();
    expect(next.brokenCause).toBe(REASON.cause);
    expect(await openBreaker(schema.database, next, REASON, 'connection', NOW)).toBe(false);
  });

  test('keeps to the latest cause, and tells it, for its remedy is another', async () => {
    await openBreaker(schema.database, lane, REASON, 'connection', NOW);
    const other = { ...REASON, cause: 'user-disabled' };
    await openBreaker(schema.database, lane, other, 'connection', NOW);
    await openBreaker(schema.database, lane, other, 'connection', NOW);
    expect((await schema.claim()).brokenCause).toBe('user-disabled');
    expect(await alerts()).toEqual([triggered(REASON.cause), triggered('user-disabled')]);
  });

  test('tells how many leads of customers wait because of it', async () => {
    await schema.takeIn(lead(), lead(), lead({ isTest: true }));
    await openBreaker(schema.database, lane, REASON, 'connection', NOW);
    expect(await alerts()).toEqual([expect.objectContaining({ waiting: 2 })]);
  });

  test('closes for want of leads only where no lead of a customer waits', async () => {
    await openBreaker(schema.database, lane, REASON, 'rule', NOW);
    await schema.takeIn(lead(), lead({ isTest: true }));
    expect(await closeBreaker(schema.database, lane, NOW, 'nothing-waits')).toBe(false);
    await schema.database
      .updateTable('deliveries')
      .set({ state: 'dead' })
      .where('is_test', '=', false)
      .execute();
    expect(await closeBreaker(schema.database, lane, NOW, 'nothing-waits')).toBe(true);
    const told = await alerts();
    expect(told).toEqual([triggered(REASON.cause), CLEARED]);
    expect(told[1]?.what).toContain('No lead waits for it any more');
  });

  test('is not touched by whoever lost the lane', async () => {
    const next = await schema.claim();
    expect(await openBreaker(schema.database, lane, REASON, 'connection', NOW)).toBe(false);
    expect(await openBreaker(schema.database, next, REASON, 'connection', NOW)).toBe(true);
  });
});
