import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Alert } from '@leads/contracts';
import { closeBreaker, openBreaker } from './breaker.ts';
import type { Lane } from './lane.ts';
import { NOW, REASON, startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';

let schema: WriterSchema;
let lane: Lane;

beforeAll(async () => {
  schema = await startWriterSchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  lane = await schema.begin();
});

async function alerts(): Promise<string[]> {
  const rows = await schema.database.selectFrom('outbox').select('value').orderBy('id').execute();
  return rows.map((row) => Alert.parse(JSON.parse(row.value)).kind);
}

describe('the circuit breaker', () => {
  test('raises one alert however often it is opened, and one when it closes', async () => {
    await Promise.all([1, 2, 3].map(() => openBreaker(schema.database, lane, REASON, NOW)));
    await closeBreaker(schema.database, lane, NOW);
    await closeBreaker(schema.database, lane, NOW);
    expect(await alerts()).toEqual(['connection-failing', 'connection-restored']);
  });

  test('is still open for the next who holds the lane', async () => {
    await openBreaker(schema.database, lane, REASON, NOW);
    const next = await schema.claim();
    expect(next.brokenCause).toBe(REASON.cause);
    expect(await openBreaker(schema.database, next, REASON, NOW)).toBe(false);
  });

  test('keeps to the latest cause, without another alert', async () => {
    await openBreaker(schema.database, lane, REASON, NOW);
    await openBreaker(schema.database, lane, { ...REASON, cause: 'user-disabled' }, NOW);
    expect((await schema.claim()).brokenCause).toBe('user-disabled');
    expect(await alerts()).toEqual(['connection-failing']);
  });

  test('is not touched by whoever lost the lane', async () => {
    const next = await schema.claim();
    expect(await openBreaker(schema.database, lane, REASON, NOW)).toBe(false);
    expect(await openBreaker(schema.database, next, REASON, NOW)).toBe(true);
  });
});
