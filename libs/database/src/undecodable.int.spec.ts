import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@leads/testing';
import type { Kysely } from 'kysely';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { keepUndecodable, type UndecodableRecord, type WithUndecodable } from './undecodable.ts';

let server: TestDatabase;
let database: Kysely<WithUndecodable>;

beforeAll(async () => {
  server = await testDatabase(async (url) => {
    const folder = await mkdtemp(`${tmpdir()}/migrations-`);
    await migrate({ url, schema: 'public', folder: pathToFileURL(`${folder}/`) });
    await rm(folder, { recursive: true });
  });
  database = openDatabase(
    { url: server.url, schema: 'public', poolSize: 2, application: 'test' },
    () => undefined,
  );
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});

function record(offset: string, value = Buffer.from([0, 255, 1])): UndecodableRecord {
  return { topic: 'leads.accepted.v1', partition: 3, offset, key: null, value, reason: 'not JSON' };
}

test('undecodable records are kept byte for byte, each once, and only new ones are told of', async () => {
  expect(await keepUndecodable(database, [record('1'), record('2')])).toHaveLength(2);
  expect(await keepUndecodable(database, [record('2'), record('9223372036854775807')])).toEqual([
    record('9223372036854775807'),
  ]);
  const rows = await database.selectFrom('undecodable').select(['record_offset', 'value']).execute();
  expect(rows.map((row) => row.record_offset).sort()).toEqual(['1', '2', '9223372036854775807']);
  expect(rows[0]?.value).toEqual(Buffer.from([0, 255, 1]));
});
