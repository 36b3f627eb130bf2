import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { topics } from '@leads/contracts';
import { eventually, Gate, testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { openDatabase } from './database.ts';
import { type DatabaseLimits, SERVICE_LIMITS } from './limits.ts';
import { listen } from './listen.ts';
import { migrate } from './migrate.ts';
import { addToOutbox, type WithOutbox } from './outbox.ts';
import { OutboxRelay } from './outbox-relay.ts';

jest.setTimeout(120_000);

const SOON = { timeoutMs: 60_000 };

let server: TestDatabase;
let gate: Gate;
let opened: Kysely<WithOutbox>[];

beforeEach(async () => {
  server = await testDatabase(async (url) => {
    const folder = await mkdtemp(`${tmpdir()}/migrations-`);
    await migrate({ url, schema: 'public', folder: pathToFileURL(`${folder}/`) });
    await rm(folder, { recursive: true });
  });
  const { hostname, port } = new URL(server.url);
  gate = new Gate({ host: hostname, port: Number(port) });
  await gate.open();
  opened = [];
});
afterEach(async () => {
  await gate.shut();
  await Promise.all(opened.map((database) => database.destroy()));
  await server.drop();
});

function throughGate(): string {
  const url = new URL(server.url);
  url.hostname = '127.0.0.1';
  url.port = String(gate.port);
  return url.href;
}

function open(url: string, limits?: Partial<DatabaseLimits>, poolSize = 2): Kysely<WithOutbox> {
  const database = openDatabase<WithOutbox>(
    {
      ...{ url, schema: 'public', poolSize, application: 'test' },
      ...(limits && { limits: { ...SERVICE_LIMITS, ...limits } }),
    },
    () => undefined,
  );
  opened.push(database);
  return database;
}

const alert = {
  alertId: '0195b7a4-1111-7222-8333-444455556666',
  connectionId: '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293',
  at: '2026-11-22T09:30:00.000Z',
  kind: 'connection-failing',
  what: 'x',
  remedy: '',
} as const;

describe('every connection of a service', () => {
  test('has limits for a statement, for a lock, for a silent transaction and for a vanished peer', async () => {
    const database = open(server.url);
    const shown = async (name: string): Promise<unknown> => {
      const { rows } = await sql<{ value: string }>`select current_setting(${name}) as value`.execute(
        database,
      );
      return rows[0]?.value;
    };
    expect(await shown('statement_timeout')).toBe('15s');
    expect(await shown('lock_timeout')).toBe('10s');
    expect(await shown('idle_in_transaction_session_timeout')).toBe('1min');
    expect(await shown('tcp_keepalives_idle')).toBe('10');
    expect(await shown('tcp_user_timeout')).not.toBe('0');
    expect(await shown('client_connection_check_interval')).toBe('5s');
    expect(SERVICE_LIMITS.answerMs).toBeGreaterThan(SERVICE_LIMITS.statementMs);
  });
});

describe('a server that goes without a word', () => {
  test('costs no slot of the pool: statements under way fail, and later ones reach the server that is there by then', async () => {
    const database = open(throughGate(), { answerMs: 5_000 });
    const hushed = Promise.withResolvers<void>();
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const failed = Promise.allSettled(
      [first, second].map((there) =>
        database.transaction().execute(async (transaction) => {
          await sql`select 1`.execute(transaction);
          there.resolve();
          await hushed.promise;
          await sql`select 2`.execute(transaction);
        }),
      ),
    );
    await Promise.all([first.promise, second.promise]);
    gate.hush();
    hushed.resolve();
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    // Three of them need more than one slot.
    const answers = await Promise.all([1, 2, 3].map(() => sql`select 1`.execute(database)));
    expect(answers).toHaveLength(3);
  });

  test('fails a transaction as a whole, and the next one passes', async () => {
    const database = open(throughGate(), { answerMs: 5_000 }, 1);
    const broken = database.transaction().execute(async (transaction) => {
      await sql`select 1`.execute(transaction);
      gate.hush();
      await sql`select 2`.execute(transaction);
    });
    await expect(broken).rejects.toThrow('has not answered');
    await addToOutbox(database, topics.alerts, [alert]);
  });

  test('is noticed by a listener, which hears again on a connection of its own making', async () => {
    const heard: string[] = [];
    const errors: Error[] = [];
    const database = open(server.url);
    const ear = listen({
      ...{ url: throughGate(), channel: 'news', pingMs: 100, answerMs: 5_000 },
      onMessage: (payload) => heard.push(payload),
      onError: (error) => errors.push(error),
    });
    const hears = (word: string) =>
      eventually(async () => {
        await sql`select pg_notify('news', ${word})`.execute(database);
        expect(heard).toContain(word);
      }, SOON);
    await hears('before');
    gate.hush();
    await hears('after');
    expect(errors).not.toEqual([]);
    await ear.close();
  });
});

describe('a client that is frozen or gone with an open transaction', () => {
  test('loses its locks: another relay publishes what it had in hand', async () => {
    const frozen = open(throughGate(), { idleInTransactionMs: 1_000 });
    const inHand = Promise.withResolvers<void>();
    const never = Promise.withResolvers<void>();
    const first = new OutboxRelay(frozen, {
      publish: () => {
        inHand.resolve();
        return never.promise;
      },
      onError: () => undefined,
    });
    const rows = open(server.url);
    await addToOutbox(rows, topics.alerts, [alert]);
    first.start();
    await inHand.promise;
    gate.hush();
    const published: string[] = [];
    const second = new OutboxRelay(rows, {
      publish: (events) => Promise.resolve(void published.push(...events.map(({ topic }) => topic))),
      onError: () => undefined,
      idleMs: 50,
    });
    second.start();
    await eventually(() => expect(published).toEqual([topics.alerts.name]), SOON);
    await second.stop();
    never.resolve();
    await gate.shut();
    await first.stop();
  });
});
