import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@leads/testing';
import type { Kysely } from 'kysely';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { keepUndecodable, readHeaders, type UndecodableRecord, type WithUndecodable } from './undecodable.ts';

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

test('all that a record came with is kept: its headers, a name twice too, and when it was made', async () => {
  const headers = [
    ['signature', Buffer.from([0, 255])],
    ['a', Buffer.from('1')],
    ['a', Buffer.from('2')],
  ] as const;
  const timestamp = new Date('2026-11-22T20:00:00.123Z');
  await keepUndecodable(database, [{ ...record('10'), headers, timestamp }]);
  const row = await database
    .selectFrom('undecodable')
    .select(['headers', 'record_at'])
    .where('record_offset', '=', '10')
    .executeTakeFirst();
  expect(readHeaders(row?.headers ?? null)).toEqual(headers);
  expect(row?.record_at).toEqual(timestamp);
  expect(readHeaders(null)).toEqual([]);
});
