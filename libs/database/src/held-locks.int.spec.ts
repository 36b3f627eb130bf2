import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { topics } from '@leads/contracts';
import { eventually, tablesOf, testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { addToOutbox, type WithOutbox } from './outbox.ts';
import { OutboxRelay } from './outbox-relay.ts';
import { prepareServiceRole } from './service-role.ts';

jest.setTimeout(60_000);

let server: TestDatabase;
let folder: string;
/** Under the role of one service, with every lock that it can get. */
let intruder: pg.Client;
const suffix = createHash('sha256').update(String(Math.random())).digest('hex').slice(0, 8);
const roleOf = (schema: string) => ({ name: `${schema}_${suffix}`, password: `of-${schema}` });
const SCHEMAS = ['gateway', 'portal'];

const prepare = async (schema: string): Promise<string[]> => {
  const ran = await migrate({ url: server.url, schema, folder: pathToFileURL(`${folder}/`) });
  await prepareServiceRole({ url: server.url, schema, role: roleOf(schema) });
  return ran;
};

function addressOf(schema: string): string {
  const { name, password } = roleOf(schema);
  return Object.assign(new URL(server.url), { username: name, password }).href;
}

beforeAll(async () => {
  server = await testDatabase();
  folder = await mkdtemp(`${tmpdir()}/migrations-`);
  await Promise.all(SCHEMAS.map(prepare));
});
beforeEach(async () => {
  intruder = new pg.Client({ connectionString: addressOf('portal') });
  await intruder.connect();
});
afterEach(async () => {
  await intruder.end();
});
afterAll(async () => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  for (const schema of SCHEMAS) await client.query(`drop owned by ${roleOf(schema).name}`);
  for (const schema of SCHEMAS) await client.query(`drop role ${roleOf(schema).name}`);
  await client.end();
  await server.drop();
  await rm(folder, { recursive: true });
});

/** What versions before this one locked, by key, for migrations, roles, outboxes and services' own work. */
const KEYS = [
  ...['migrate gateway', 'migrate portal', 'prepare roles', 'credentials.incidents'],
  ...['credentials master key rotation command', 'credentials master key rotation'],
  ...['credentials master key check', 'notification contacts'],
  ...['portal publishers', 'portal connections', 'portal changes'],
];
const TOPICS = Object.values(topics).map(({ name }) => `outbox gateway ${name}`);

async function holdAll(): Promise<void> {
  await intruder.query(`select pg_advisory_lock(hashtext(key)) from unnest($1::text[]) as key`, [KEYS]);
  await intruder.query(`select pg_advisory_lock(hashtextextended(key, 0)) from unnest($1::text[]) as key`, [
    TOPICS,
  ]);
}

describe("with every lock that another service's role can hold", () => {
  test('a service moves its events, those of compacted topics too', async () => {
    await holdAll();
    const database: Kysely<WithOutbox> = openDatabase(
      { url: addressOf('gateway'), schema: 'gateway', poolSize: 2, application: 'test' },
      () => undefined,
    );
    const published: string[] = [];
    const relay = new OutboxRelay(database, {
      publish: (events) => Promise.resolve(void published.push(...events.map(({ key }) => key))),
      onError: () => undefined,
      idleMs: 20,
    });
    try {
      const at = '2026-11-22T09:30:00.000Z';
      await addToOutbox(database, topics.publishers, [{ publisherId: 'contoso', domains: [], at }]);
      relay.start();
      await eventually(() => expect(published).toEqual(['contoso']), { timeoutMs: 5_000 });
    } finally {
      await relay.stop();
      await sql`delete from outbox`.execute(database);
      await database.destroy();
    }
  });

  test('migrations run and roles are prepared', async () => {
    await holdAll();
    await writeFile(
      `${folder}/0001-index.sql`,
      '-- no-transaction\ncreate index concurrently on outbox (topic)',
    );
    await writeFile(`${folder}/0002-more.sql`, 'create table more (id int)');
    expect(await prepare('gateway')).toEqual(['0001-index.sql', '0002-more.sql']);
  });
});

test("no lock of another service's tables is given, nor one that holds up migrations of one's own", async () => {
  const MODES = ['access share', 'row exclusive', 'share update exclusive', 'exclusive', 'access exclusive'];
  const tables = [
    ...(await tablesOf(server.url, 'gateway')).map((name) => `gateway.${name}`),
    'portal.migrations',
  ];
  const given: string[] = [];
  for (const table of tables) {
    const tries = [
      ...MODES.map((mode) => `lock table ${table} in ${mode} mode nowait`),
      `select from ${table} for update`,
      `select from ${table} for key share`,
    ];
    for (const statement of tries) {
      await intruder.query('begin');
      const code: unknown = await intruder.query(statement).then(
        () => 'given',
        (error: unknown) => (error as pg.DatabaseError).code,
      );
      await intruder.query('rollback');
      if (code !== '42501') given.push(`${statement}: ${String(code)}`);
    }
  }
  expect(tables).toContain('gateway.outbox_lock');
  expect(given).toEqual([]);
});
