import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { openDatabase } from './database.ts';
import { keepRetentions } from './keep-retentions.ts';

const [ONE, OTHER] = [randomUUID(), randomUUID()] as const;
const at = (minute: number): string => `2026-11-22T09:0${minute}:00.000Z`;

let server: TestDatabase;
let database: Kysely<object>;

beforeAll(async () => {
  server = await testDatabase();
  const settings = { url: server.url, schema: 'public', poolSize: 2, application: 'test' };
  database = openDatabase(settings, () => undefined);
  await sql`
    create table retentions (connection_id uuid primary key, days int, changed_at timestamptz not null)
  `.execute(database);
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});
beforeEach(() => sql`truncate retentions`.execute(database));

async function kept(): Promise<Record<string, number | null>> {
  const { rows } = await sql<{ id: string; days: number | null }>`
    select connection_id as id, days from retentions
  `.execute(database);
  return Object.fromEntries(rows.map(({ id, days }) => [id, days]));
}

test('what was told last of each connection counts, in whatever order it comes, and however often', async () => {
  await keepRetentions(database, []);
  await keepRetentions(database, [
    { connectionId: ONE, days: 60, at: at(2) },
    { connectionId: OTHER, days: 40, at: at(1) },
    { connectionId: ONE, days: 90, at: at(1) },
  ]);
  expect(await kept()).toEqual({ [ONE]: 60, [OTHER]: 40 });
  await keepRetentions(database, [{ connectionId: ONE, days: 30, at: at(1) }]);
  expect(await kept()).toEqual({ [ONE]: 60, [OTHER]: 40 });
  await keepRetentions(database, [{ connectionId: OTHER, days: null, at: at(3) }]);
  expect(await kept()).toEqual({ [ONE]: 60, [OTHER]: null });
});
