import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Carried, NO_CONNECTION, topics } from '@leads/contracts';
import { addToOutbox, DatabaseClock, migrate, openDatabase, OutboxRelay } from '@leads/database';
import { provisionTopics, Publisher } from '@leads/kafka';
import { watchTopic } from '@leads/kafka/testing';
import { eventually, testDatabase, type TestDatabase, testKafka } from '@leads/testing';
import { Kysely } from 'kysely';
import { Registry } from 'prom-client';
import { createLog } from './log.ts';
import { measureOutbox } from './outbox-metrics.ts';
import { providersOf, type ServiceTables } from './service-providers.ts';
import { LOG } from './service-tokens.ts';
import { serviceSettings } from './settings.ts';

jest.setTimeout(120_000);

const SERVICE = 'credentials';
const kafka = testKafka();
const log = createLog({ service: SERVICE, instance: 'one', level: 'fatal' });
let server: TestDatabase;
let database: Kysely<ServiceTables>;
let publisher: Publisher;
let relay: OutboxRelay<ServiceTables>;

beforeAll(async () => {
  server = await testDatabase(async (url) => {
    const folder = await mkdtemp(`${tmpdir()}/migrations-`);
    await migrate({ url, schema: 'public', folder: pathToFileURL(`${folder}/`) });
    await rm(folder, { recursive: true });
  });
  database = openDatabase(
    { url: server.url, schema: 'public', poolSize: 4, application: 'test' },
    () => undefined,
  );
  publisher = new Publisher(kafka);
  await provisionTopics(kafka, { replicationFactor: 1 });
  const providers = providersOf({ name: SERVICE, schema: 'public', settings: serviceSettings, consumes: [] });
  const made = new Map<unknown, unknown>([
    [Kysely, database],
    [Publisher, publisher],
    [DatabaseClock, new DatabaseClock(database)],
    [LOG, log],
  ]);
  const { inject = [], useFactory } = providers.find(({ provide }) => provide === OutboxRelay)!;
  relay = useFactory(...inject.map((token) => made.get(token))) as typeof relay;
});
afterAll(async () => {
  await relay.stop();
  await publisher.disconnect();
  await database.destroy();
  await server.drop();
});

/** @param longAs how many characters too much there are in it */
function connection(offerTitle: string, longAs = 0): Carried<typeof topics.connections> {
  return {
    ...{
      connectionId: '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293',
      version: 1,
      changedAt: '2026-11-22T09:30:00.000Z',
    },
    ...{
      publisher: { id: 'contoso', name: 'Contoso' },
      offer: { id: 'x'.repeat(longAs), title: offerTitle },
    },
    ...{ leadDestination: 'dynamics-365', url: 'https://contoso.crm4.dynamics.com', state: 'published' },
    ...{ authentication: 'azure-active-directory', contactEmails: [], secretVersion: 1 },
    addressKeyHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  };
}

test('an event that the broker never takes, or for a topic that is not known, is put aside and told; the others go out', async () => {
  const [alerts, connections] = await Promise.all([
    watchTopic(kafka, topics.alerts),
    watchTopic(kafka, topics.connections),
  ]);
  const sizes = { first: 0, long: 1_200_000, last: 0 };
  await addToOutbox(
    database,
    topics.connections,
    Object.entries(sizes).map(([title, size]) => connection(title, size)),
  );
  await database
    .insertInto('outbox')
    .values({ topic: 'of-a-newer-version.v1', key: 'k', value: '{}' })
    .execute();
  const register = new Registry();
  measureOutbox(database, log, register);
  const measured = async (name: string): Promise<unknown> =>
    (await register.getSingleMetric(name)?.get())?.values.map(({ value }) => value);
  expect(await measured('outbox_events')).toEqual([4]);

  relay.start();
  const published = (): Set<string> => new Set(connections.values().map(({ offer }) => offer.title));
  await eventually(() => expect(published()).toEqual(new Set(['first', 'last'])), { timeoutMs: 60_000 });
  await eventually(() => expect(alerts.values()).toHaveLength(2), { timeoutMs: 60_000 });
  for (const alert of alerts.values()) {
    expect(alert).toMatchObject({
      ...{ trouble: 'events-refused', transition: 'triggered', connectionId: NO_CONNECTION },
      place: { scope: 'system', id: SERVICE },
    });
    expect(JSON.stringify(alert)).not.toContain('xxx');
  }
  const kept = await database
    .selectFrom('outbox_refused')
    .select(['topic', 'reason'])
    .orderBy('topic')
    .execute();
  expect(kept).toEqual([
    { topic: 'connections.v1', reason: expect.stringContaining('MESSAGE_TOO_LARGE') },
    { topic: 'of-a-newer-version.v1', reason: expect.stringContaining('catalogue') },
  ]);
  expect(await measured('outbox_events')).toEqual([0]);
  expect(await measured('outbox_oldest_seconds')).toEqual([0]);
  expect(await measured('outbox_refused_events')).toEqual([2]);
  await Promise.all([alerts.close(), connections.close()]);
});
