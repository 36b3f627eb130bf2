import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Alert } from '@leads/contracts';
import { migrate, openDatabase } from '@leads/database';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { closeBreaker, openBreaker } from './breaker.ts';
import { Lane } from './lane.ts';
import { claimLanes } from './leases.ts';
import type { WriterTables } from './tables.ts';

const NOW = new Date('2026-11-22T09:30:00Z');
const REASON = { cause: 'no-role', what: 'The user has no role.', remedy: 'Assign the role.' };

let server: TestDatabase;
let database: Kysely<WriterTables>;
let lane: Lane;

beforeAll(async () => {
  server = await testDatabase((url) =>
    migrate({ url, schema: 'writer', folder: new URL('../migrations/', import.meta.url) }),
  );
  database = openDatabase(
    { url: server.url, schema: 'writer', poolSize: 4, application: 'test' },
    () => undefined,
  );
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});
beforeEach(async () => {
  await sql`truncate lanes, outbox`.execute(database);
  await sql`insert into lanes (connection_id, version, organization, state, secret_version)
    values ('0195b7a2-6f1e-7c3a-9d2b-4e5f60718293', 1, 'https://contoso.crm4.dynamics.com', 'published', 1)`.execute(
    database,
  );
  lane = await claim();
});

async function claim(): Promise<Lane> {
  await sql`update lanes set leased_until = '-infinity'`.execute(database);
  const [facts] = await claimLanes(database, 'me', 1);
  if (!facts) throw new Error('no lane was free');
  return new Lane(facts);
}

async function alerts(): Promise<string[]> {
  const rows = await database.selectFrom('outbox').select('value').orderBy('id').execute();
  return rows.map((row) => Alert.parse(JSON.parse(row.value)).kind);
}

describe('the circuit breaker', () => {
  test('raises one alert however often it is opened, and one when it closes', async () => {
    await Promise.all([1, 2, 3].map(() => openBreaker(database, lane, REASON, NOW)));
    await closeBreaker(database, lane, NOW);
    await closeBreaker(database, lane, NOW);
    expect(await alerts()).toEqual(['connection-failing', 'connection-restored']);
  });

  test('is still open for the next who holds the lane', async () => {
    await openBreaker(database, lane, REASON, NOW);
    const next = await claim();
    expect(next.brokenCause).toBe('no-role');
    expect(await openBreaker(database, next, REASON, NOW)).toBe(false);
  });

  test('keeps to the latest cause, without another alert', async () => {
    await openBreaker(database, lane, REASON, NOW);
    await openBreaker(database, lane, { ...REASON, cause: 'user-disabled' }, NOW);
    expect((await claim()).brokenCause).toBe('user-disabled');
    expect(await alerts()).toEqual(['connection-failing']);
  });

  test('is not touched by whoever lost the lane', async () => {
    const next = await claim();
    expect(await openBreaker(database, lane, REASON, NOW)).toBe(false);
    expect(await openBreaker(database, next, REASON, NOW)).toBe(true);
  });
});
