import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { migrate, openDatabase, removeAged } from '@leads/database';
import { DAY_MS } from '@leads/pacing';
import { tablesOf, testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { decidedTables, sharedAges } from './housekeeping.ts';
import { retentionOf, retentionSettings } from './retention.ts';
import type { ServiceTables } from './service-providers.ts';
import { readSettings } from './settings.ts';

const NOW = new Date('2026-11-22T09:30:00Z');
const ages = sharedAges(retentionOf(readSettings({}, retentionSettings)));

let server: TestDatabase;
let database: Kysely<ServiceTables>;

beforeAll(async () => {
  server = await testDatabase(async (url) => {
    const folder = await mkdtemp(`${tmpdir()}/migrations-`);
    await migrate({ url, schema: 'public', folder: pathToFileURL(`${folder}/`) });
    await rm(folder, { recursive: true });
  });
  const settings = { url: server.url, schema: 'public', poolSize: 2, application: 'test' };
  database = openDatabase(settings, () => undefined);
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});
beforeEach(async () => {
  await sql`truncate undecodable, outbox_refused, outbox`.execute(database);
});

function keepHouse(batch?: number): Promise<Record<string, number>> {
  const onError = (error: unknown): never => {
    throw error;
  };
  return removeAged(database, ages, { now: NOW, onError, ...(batch && { batch }) });
}

async function putAside(topic: string, daysAgo: number, count = 1): Promise<void> {
  const at = new Date(NOW.getTime() - daysAgo * DAY_MS);
  await sql`
    insert into undecodable (topic, partition, record_offset, reason, kept_at)
    select ${topic}, 0, ${daysAgo} || '-' || n, 'not JSON', ${at} from generate_series(1, ${count}::int) as n
  `.execute(database);
  await sql`
    insert into outbox_refused (id, topic, key, value, created_at, reason, refused_at)
    select (select count(*) from outbox_refused) + n, ${topic}, '', '{}', ${at}, 'too large', ${at}
    from generate_series(1, ${count}::int) as n
  `.execute(database);
}

test('it is decided of each of the tables that every service has', async () => {
  expect(await tablesOf(server.url, 'public')).toEqual(decidedTables([], {}));
});

test('what was put aside goes in batches once it is old, and what is younger stays', async () => {
  await putAside('lanes.v1', 91, 25);
  await putAside('lanes.v1', 89);
  expect(await keepHouse(10)).toEqual({ undecodable: 25, outbox_refused: 25 });
  expect(await keepHouse()).toEqual({});
});

test('a lead that was put aside stays as long as a dead one', async () => {
  await putAside('leads.accepted.v1', 364);
  await putAside('deliveries', 363);
  expect(await keepHouse()).toEqual({});
  await putAside('leads.accepted.v1', 366);
  expect(await keepHouse()).toEqual({ undecodable: 1, outbox_refused: 1 });
});

test('an event that waits to be published stays, whatever its age', async () => {
  await sql`insert into outbox (topic, key, value, created_at) values ('lanes.v1', '', '{}', '2001-01-01')`.execute(
    database,
  );
  expect(await keepHouse()).toEqual({});
  expect(await database.selectFrom('outbox').select('topic').execute()).toHaveLength(1);
});
