import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Carried, topics } from '@leads/contracts';
import { testDatabase, type TestDatabase } from '@leads/testing';
import type { Kysely } from 'kysely';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { addToOutbox, type WithOutbox } from './outbox.ts';
import { type OutboxEvent, OutboxRelay } from './outbox-relay.ts';

let server: TestDatabase;
let database: Kysely<WithOutbox>;
let relays: OutboxRelay<WithOutbox>[];

beforeEach(async () => {
  server = await testDatabase(async (url) => {
    const folder = await mkdtemp(`${tmpdir()}/migrations-`);
    await migrate({ url, schema: 'public', folder: pathToFileURL(`${folder}/`) });
    await rm(folder, { recursive: true });
  });
  database = openDatabase(
    { url: server.url, schema: 'public', poolSize: 6, application: 'test' },
    () => undefined,
  );
  relays = [];
});
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await database.destroy();
  await server.drop();
});

function alert(what: string): Carried<typeof topics.alerts> {
  return {
    alertId: '0195b7a4-1111-7222-8333-444455556666',
    connectionId: '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293',
    at: '2026-11-22T09:30:00.000Z',
    kind: 'connection-failing',
    what,
    remedy: '',
  };
}

/** Which alert an event carries. */
function whatOf(event: OutboxEvent): string {
  return topics.alerts.schema.parse(JSON.parse(event.value)).what;
}

function startRelay(publish: (events: OutboxEvent[]) => Promise<void>): OutboxRelay<WithOutbox> {
  const relay = new OutboxRelay(database, {
    publish,
    onError: () => undefined,
    idleMs: 20,
    retryMs: 20,
    batchSize: 7,
  });
  relays.push(relay);
  relay.start();
  return relay;
}

async function empty(): Promise<void> {
  const poll = async (): Promise<number> =>
    (await database.selectFrom('outbox').select('id').limit(1).execute()).length;
  while ((await poll()) > 0) await new Promise((resolve) => setImmediate(resolve));
}

describe('the outbox relay', () => {
  test('every committed event is published, in order, and then gone', async () => {
    const published: string[] = [];
    startRelay((events) => Promise.resolve(void published.push(...events.map(whatOf))));
    const whats = Array.from({ length: 50 }, (_, index) => String(index));
    await addToOutbox(database, topics.alerts, whats.map(alert));
    await empty();
    expect(published).toEqual(whats);
  });

  test('an event whose transaction is rolled back is never published', async () => {
    const published: string[] = [];
    startRelay((events) => Promise.resolve(void published.push(...events.map(whatOf))));
    const rolledBack = database.transaction().execute(async (transaction) => {
      await addToOutbox(transaction, topics.alerts, [alert('never')]);
      throw new Error('roll back');
    });
    await expect(rolledBack).rejects.toThrow('roll back');
    await addToOutbox(database, topics.alerts, [alert('later')]);
    await empty();
    expect(published).toEqual(['later']);
  });

  test('a transaction that commits after younger events is not skipped', async () => {
    const published: string[] = [];
    startRelay((events) => Promise.resolve(void published.push(...events.map(whatOf))));
    await database.transaction().execute(async (slow) => {
      await addToOutbox(slow, topics.alerts, [alert('early but late')]);
      await addToOutbox(database, topics.alerts, [alert('young')]);
      while (!published.includes('young')) await new Promise((resolve) => setImmediate(resolve));
    });
    await empty();
    expect(published).toEqual(['young', 'early but late']);
  });

  test('what the broker did not acknowledge is published again', async () => {
    const tries: string[][] = [];
    startRelay((events) => {
      tries.push(events.map(whatOf));
      return tries.length < 3 ? Promise.reject(new Error('broker away')) : Promise.resolve();
    });
    await addToOutbox(database, topics.alerts, [alert('a'), alert('b')]);
    await empty();
    expect(tries).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  test('several relays share the work without publishing anything twice', async () => {
    const published: string[] = [];
    const publish = (events: OutboxEvent[]): Promise<void> =>
      Promise.resolve(void published.push(...events.map(whatOf)));
    const whats = Array.from({ length: 200 }, (_, index) => String(index));
    await addToOutbox(database, topics.alerts, whats.map(alert));
    for (let count = 0; count < 3; count += 1) startRelay(publish);
    await empty();
    expect([...published].sort()).toEqual([...whats].sort());
  });

  test('a value that does not fit its topic is refused before it is committed', async () => {
    await expect(
      addToOutbox(database, topics.alerts, [{ ...alert('x'), connectionId: 'no id' }]),
    ).rejects.toThrow();
    expect(await database.selectFrom('outbox').selectAll().execute()).toEqual([]);
  });
});
