import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Alert, NO_CONNECTION } from '@leads/contracts';
import { migrate, openDatabase } from '@leads/database';
import { testDatabase, type TestDatabase } from '@leads/testing';
import type { Kysely } from 'kysely';
import { explanations } from '../smtp/explain-refusals.ts';
import type { NotificationTables } from '../tables.ts';
import { serverFails, serverWorks, TROUBLE_AFTER_MS } from './mail-trouble.ts';

let server: TestDatabase;
let database: Kysely<NotificationTables>;

beforeAll(async () => {
  const folder = new URL('../../migrations/', import.meta.url);
  server = await testDatabase((url) => migrate({ url, schema: 'notification', folder }));
  const options = { url: server.url, schema: 'notification', poolSize: 2, application: 'test' };
  database = openDatabase(options, () => undefined);
}, 60_000);
afterAll(async () => {
  await database.destroy();
  await server.drop();
});

const at = (ms: number): Date => new Date(Date.parse('2026-11-22T09:30:00Z') + ms);
async function alerts(): Promise<Alert[]> {
  const rows = await database.selectFrom('outbox').select('value').orderBy('id').execute();
  return rows.map(({ value }) => Alert.parse(JSON.parse(value)));
}

test('a mail server that takes nothing for a while is told to the operators, once, and so is its end', async () => {
  const ofIt = {
    connectionId: NO_CONNECTION,
    trouble: 'mail-trouble',
    place: { scope: 'system', id: 'notification' },
  };
  const said = '535 5.7.139 basic authentication is disabled';
  expect(await serverFails(database, explanations.basicOff, said, at(0))).toBe(false);
  await serverWorks(database, at(1));
  expect(await serverFails(database, explanations.basicOff, said, at(TROUBLE_AFTER_MS))).toBe(false);
  expect(await alerts()).toEqual([]);
  const later = [2, 3, 4].map((times) =>
    serverFails(database, explanations.basicOff, said, at(times * TROUBLE_AFTER_MS)),
  );
  expect((await Promise.all(later)).filter((told) => told)).toHaveLength(1);
  await serverWorks(database, at(5 * TROUBLE_AFTER_MS));
  await serverWorks(database, at(6 * TROUBLE_AFTER_MS));
  expect(await alerts()).toMatchObject([
    {
      ...ofIt,
      transition: 'triggered',
      what: expect.stringContaining(said),
      remedy: expect.stringContaining('OAuth 2.0'),
    },
    { ...ofIt, transition: 'cleared' },
  ]);
});
