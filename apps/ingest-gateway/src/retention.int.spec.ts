import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { migrate, openDatabase, removeAged } from '@leads/database';
import { decidedTables, readSettings, retentionOf, retentionSettings } from '@leads/service';
import { tablesOf, testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { gatewayAges, NOT_AGED } from './retention.ts';
import type { GatewayTables } from './tables.ts';

const NOW = new Date('2026-11-22T09:30:00Z');
const ages = gatewayAges(retentionOf(readSettings({}, retentionSettings)), {
  DEDUPE_WINDOW_SECONDS: 2 * 86_400,
});
const ago = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1_000);
const daysAgo = (days: number): Date => ago(days * 86_400);

let server: TestDatabase;
let database: Kysely<GatewayTables>;

beforeAll(async () => {
  server = await testDatabase((url) =>
    migrate({ url, schema: 'gateway', folder: new URL('../migrations/', import.meta.url) }),
  );
  const settings = { url: server.url, schema: 'gateway', poolSize: 2, application: 'test' };
  database = openDatabase(settings, () => undefined);
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});
beforeEach(async () => {
  await sql`truncate connections, retentions, accepted, quarantine`.execute(database);
});

function keepHouse(batch?: number): Promise<Record<string, number>> {
  const onError = (error: unknown): never => {
    throw error;
  };
  return removeAged(database, ages, { now: NOW, onError, ...(batch && { batch }) });
}

async function connect(days?: number, repeatHours: number | null = null): Promise<string> {
  const connectionId = randomUUID();
  const facts = {
    connection_id: connectionId,
    version: 1,
    state: 'published',
    address_key_hash: '0',
    repeat_hours: repeatHours,
  } as const;
  await database.insertInto('connections').values(facts).execute();
  if (days !== undefined) {
    const chosen = { connection_id: connectionId, days, changed_at: NOW };
    await database.insertInto('retentions').values(chosen).execute();
  }
  return connectionId;
}

const accept = (received_at: Date, connection_id: string = randomUUID()) =>
  database
    .insertInto('accepted')
    .values({ connection_id, fingerprint: randomBytes(8), lead_id: randomUUID(), received_at })
    .execute();

const quarantine = (connection_id: string, received_at: Date) =>
  database
    .insertInto('quarantine')
    .values({ connection_id, body_hash: randomBytes(8), body: Buffer.from('{}'), received_at })
    .execute();

test('it is decided of each table', async () => {
  expect(await tablesOf(server.url, 'gateway')).toEqual(decidedTables(ages, NOT_AGED));
});

test('what folds repeats goes in batches once its window has passed, and no other', async () => {
  for (let index = 0; index < 5; index++) await accept(daysAgo(2.01));
  await accept(daysAgo(1.99));
  expect(await keepHouse(3)).toEqual({ accepted: 5 });
  expect(await database.selectFrom('accepted').select('received_at').execute()).toEqual([
    { received_at: daysAgo(1.99) },
  ]);
});

test('what folds repeats stays for as long as its publisher has chosen, and for a day at least', async () => {
  const [long, none] = [await connect(undefined, 72), await connect(undefined, 0)];
  for (const days of [0.99, 1.01, 1.99, 2.01, 2.99, 3.01]) {
    await accept(daysAgo(days), long);
    await accept(daysAgo(days), none);
  }
  expect(await keepHouse(2)).toEqual({ accepted: 6 });
  const left = await database
    .selectFrom('accepted')
    .select('received_at')
    .where('connection_id', '=', none)
    .execute();
  expect(left).toEqual([{ received_at: daysAgo(0.99) }]);
});

test('a quarantined post goes after the stated time, or after that of its publisher where it is shorter', async () => {
  const [usual, short, long] = [await connect(), await connect(40), await connect(1_000)];
  for (const connectionId of [usual, short, long]) {
    for (const days of [91, 89, 41, 39]) await quarantine(connectionId, daysAgo(days));
  }
  expect(await keepHouse(2)).toEqual({ quarantine: 5 });
  const left = (connectionId: string) =>
    database
      .selectFrom('quarantine')
      .select('received_at')
      .where('connection_id', '=', connectionId)
      .orderBy('received_at')
      .execute();
  const young = (...days: number[]) => days.map((each) => ({ received_at: daysAgo(each) }));
  expect(await left(usual)).toEqual(young(89, 41, 39));
  expect(await left(long)).toEqual(young(89, 41, 39));
  expect(await left(short)).toEqual(young(39));
});
