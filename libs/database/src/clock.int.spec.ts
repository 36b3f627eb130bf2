import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { DatabaseClock } from './clock.ts';
import { openDatabase } from './database.ts';

const MINUTE_MS = 60_000;
/** A machine's own clocks may be wrong by so much before a test is; the database's answer takes its time. */
const NEAR_MS = 20_000;

let server: TestDatabase;
let database: Kysely<object>;
beforeAll(async () => {
  server = await testDatabase();
  database = openDatabase(
    { url: server.url, schema: 'public', poolSize: 1, application: 'test' },
    () => undefined,
  );
}, 60_000);
afterAll(async () => {
  await database.destroy();
  await server.drop();
}, 60_000);

async function databaseNow(): Promise<number> {
  const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(database);
  return rows[0]?.at.getTime() ?? NaN;
}

describe('the time by the database’s clock', () => {
  test.each([-5, 0, 5])(
    'is the same on a machine whose own is %d minutes ahead',
    async (minutes) => {
      const clock = new DatabaseClock(database, {
        wall: () => Date.now() + minutes * MINUTE_MS,
        steady: () => performance.now(),
      });
      await clock.measure();
      expect(Math.abs(clock.now() - (await databaseNow()))).toBeLessThan(NEAR_MS);
      expect(Math.abs(clock.skewMs() - minutes * MINUTE_MS)).toBeLessThan(NEAR_MS);
    },
    60_000,
  );

  test('goes on evenly when the machine’s own jumps, and when the database does not answer', async () => {
    let jumped = 0;
    let steady = 1_000;
    const clock = new DatabaseClock(database, { wall: () => 7 + jumped, steady: () => steady });
    expect(clock.now()).toBe(7);
    await clock.measure();
    const then = clock.now();
    jumped = 60 * MINUTE_MS;
    steady += 5_000;
    expect(clock.now()).toBe(then + 5_000);
    const silent = openDatabase(
      { url: 'postgres://nobody@127.0.0.1:9/none', schema: 'public', poolSize: 1, application: 'test' },
      () => undefined,
    );
    const alone = new DatabaseClock(silent, { wall: () => 7, steady: () => steady });
    await expect(alone.measure()).rejects.toThrow();
    steady += 1_000;
    expect(alone.now()).toBe(1_007);
    await silent.destroy();
  }, 60_000);
});
