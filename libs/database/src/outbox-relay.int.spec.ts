import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Carried, topics } from '@leads/contracts';
import { eventually, testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { addToOutbox, type WithOutbox } from './outbox.ts';
import { type OutboxEvent, OutboxRelay, type RelayOptions } from './outbox-relay.ts';

jest.setTimeout(60_000);

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

function connection(version: number): Carried<typeof topics.connections> {
  return {
    ...{
      connectionId: '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293',
      version,
      changedAt: '2026-11-22T09:30:00.000Z',
    },
    ...{ publisher: { id: 'contoso', name: 'Contoso' }, offer: { id: 'analytics', title: 'Analytics' } },
    ...{ leadDestination: 'dynamics-365', url: 'https://contoso.crm4.dynamics.com', state: 'published' },
    ...{ authentication: 'azure-active-directory', contactEmails: [], secretVersion: 1 },
    addressKeyHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  };
}

/** Which alert an event carries. */
function whatOf(event: OutboxEvent): string {
  return topics.alerts.schema.parse(JSON.parse(event.value)).what;
}

/** As a broker that will never take what it was given. */
class Refusal extends Error {}

function startRelay(
  publish: (events: OutboxEvent[]) => Promise<void>,
  options: Partial<RelayOptions<WithOutbox>> = {},
): OutboxRelay<WithOutbox> {
  const relay = new OutboxRelay(database, {
    publish,
    refusalOf: (error) => (error instanceof Refusal ? error.message : undefined),
    onError: () => undefined,
    idleMs: 20,
    retryMs: 20,
    batchSize: 7,
    ...options,
  });
  relays.push(relay);
  relay.start();
  return relay;
}

const SOON = { timeoutMs: 30_000 };

async function empty(): Promise<void> {
  await eventually(async () => {
    expect(await database.selectFrom('outbox').select('id').limit(1).execute()).toEqual([]);
  }, SOON);
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

  test('what follows on several at once is gathered and goes together; what follows on few goes at once', async () => {
    const batches: string[][] = [];
    const publish = (events: OutboxEvent[]): Promise<void> =>
      Promise.resolve(void batches.push(events.map(whatOf)));
    const relay = startRelay(publish, { batchSize: 100, gatherMs: 2_000, idleMs: 60_000 });
    const arrive = async (...whats: string[]): Promise<void> => {
      await addToOutbox(database, topics.alerts, whats.map(alert));
      relay.wake();
    };
    const published = (what: string): Promise<void> =>
      eventually(() => expect(batches.flat()).toContain(what), SOON);

    await arrive('lone');
    await published('lone');
    await arrive(...'abcdefgh');
    await published('h');
    for (const what of 'ijk') await arrive(what);
    await published('k');
    expect(batches).toEqual([['lone'], [...'abcdefgh'], [...'ijk']]);
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

  test('an event that is refused for good is put aside with the reason, told once, and the others are published', async () => {
    const published: string[] = [];
    const told: string[][] = [];
    const refuse = (events: OutboxEvent[]): Promise<void> => {
      if (events.some((event) => whatOf(event) === 'bad')) return Promise.reject(new Refusal('too large'));
      published.push(...events.map(whatOf));
      return Promise.resolve();
    };
    startRelay(refuse, {
      onRefused: async (transaction, events) => {
        await sql`select count(*) from outbox_refused`.execute(transaction);
        told.push(events.map((event) => `${whatOf(event)}: ${event.reason}`));
      },
    });
    const whats = ['a', 'b', 'bad', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
    await addToOutbox(database, topics.alerts, whats.map(alert));
    await empty();
    expect(published).toEqual(whats.filter((what) => what !== 'bad'));
    expect(told).toEqual([['bad: too large']]);
    const kept = await database.selectFrom('outbox_refused').selectAll().execute();
    expect(kept.map((event) => [event.topic, whatOf(event), event.reason])).toEqual([
      ['alerts.v1', 'bad', 'too large'],
    ]);
  });

  test('what an event was refused for is not forgotten where telling of it fails: all stays as it was', async () => {
    let tries = 0;
    startRelay(() => Promise.reject(new Refusal('too large')), {
      onRefused: () => {
        tries += 1;
        return tries < 3 ? Promise.reject(new Error('database away')) : Promise.resolve();
      },
    });
    await addToOutbox(database, topics.alerts, [alert('bad')]);
    await empty();
    expect(tries).toBe(3);
    expect(await database.selectFrom('outbox_refused').select('reason').execute()).toHaveLength(1);
  });

  test('a topic that takes nothing for now holds up no other, however many of its events wait', async () => {
    const published: string[] = [];
    let away = true;
    startRelay((events) => {
      if (away && events.some(({ topic }) => topic === topics.alerts.name))
        return Promise.reject(new Error('away'));
      published.push(...events.map(({ topic }) => topic));
      return Promise.resolve();
    });
    const whats = Array.from({ length: 30 }, (_, index) => String(index));
    await addToOutbox(database, topics.alerts, whats.map(alert));
    await addToOutbox(database, topics.connections, [connection(1)]);
    await eventually(() => expect(published).toEqual([topics.connections.name]), SOON);
    away = false;
    await empty();
    expect(published).toHaveLength(1 + whats.length);
  });

  test('of a compacted topic nothing newer is published while another relay may still publish something older', async () => {
    const published: { version: number; by: string }[] = [];
    const versionOf = (event: OutboxEvent): number =>
      topics.connections.schema.parse(JSON.parse(event.value)).version;
    const publishAs = (by: string, ready: Promise<void>) => async (events: OutboxEvent[]) => {
      if (events.some(({ topic }) => topic === topics.connections.name)) await ready;
      for (const event of events) {
        if (event.topic === topics.connections.name) published.push({ version: versionOf(event), by });
      }
    };
    const slow = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    startRelay((events) => {
      begun.resolve();
      return publishAs('slow', slow.promise)(events);
    });
    await addToOutbox(database, topics.connections, [connection(7)]);
    await begun.promise;
    const others: string[] = [];
    startRelay((events) => {
      others.push(...events.map(({ topic }) => topic));
      return publishAs('quick', Promise.resolve())(events);
    });
    await addToOutbox(database, topics.connections, [connection(8)]);
    await addToOutbox(database, topics.alerts, [alert('after it')]);
    await eventually(() => expect(others).toContain(topics.alerts.name), SOON);
    slow.resolve();
    await empty();
    expect(published.map(({ version }) => version)).toEqual([7, 8]);
  });
});
