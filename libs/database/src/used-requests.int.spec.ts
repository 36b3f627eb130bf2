import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@leads/testing';
import type { Kysely } from 'kysely';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { useRequestOnce } from './used-requests.ts';

let server: TestDatabase;
let database: Kysely<object>;
beforeAll(async () => {
  server = await testDatabase(async (url) => {
    const folder = await mkdtemp(`${tmpdir()}/migrations-`);
    await migrate({ url, schema: 'some', folder: pathToFileURL(`${folder}/`) });
    await rm(folder, { recursive: true });
  });
  database = openDatabase(
    { url: server.url, schema: 'some', poolSize: 8, application: 'test' },
    () => undefined,
  );
}, 60_000);
afterAll(async () => {
  await database.destroy();
  await server.drop();
}, 60_000);

test('a signed request is good once, however many ask at the same time', async () => {
  const nonce = randomUUID();
  const asked = await Promise.all([1, 2, 3, 4, 5, 6].map(() => useRequestOnce(database, nonce)));
  expect(asked.filter(Boolean)).toHaveLength(1);
  expect(await useRequestOnce(database, nonce)).toBe(false);
}, 60_000);
