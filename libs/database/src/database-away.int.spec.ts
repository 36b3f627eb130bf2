import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { DatabaseAway } from './database-away.ts';
import { openDatabase } from './database.ts';

let server: TestDatabase;
let database: Kysely<object>;

function open(url: string): Kysely<object> {
  return openDatabase({ url, schema: 'public', poolSize: 1, application: 'test' }, () => undefined);
}

beforeAll(async () => {
  server = await testDatabase();
  database = open(server.url);
}, 60_000);
afterAll(async () => {
  await database.destroy();
  await server.drop();
}, 60_000);

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('who cannot be reached is away', async () => {
  const nowhere = open('postgres://nobody@127.0.0.1:9/none');
  const failure = await failureOf(sql`select 1`.execute(nowhere));
  expect(failure).toBeInstanceOf(DatabaseAway);
  expect(failure).toMatchObject({ code: 'ECONNREFUSED' });
  await nowhere.destroy();
});

test('who takes nobody in is away', async () => {
  const url = new URL(server.url);
  url.pathname = '/there_is_none';
  const none = open(url.href);
  expect(await failureOf(sql`select 1`.execute(none))).toBeInstanceOf(DatabaseAway);
  await none.destroy();
});

test('who ends the connection under a statement, or within a transaction, is away', async () => {
  const self = sql`select pg_terminate_backend(pg_backend_pid())`;
  expect(await failureOf(self.execute(database))).toBeInstanceOf(DatabaseAway);
  const within = database.transaction().execute(async (transaction) => {
    await self.execute(transaction).catch(() => undefined);
    await sql`select 1`.execute(transaction);
  });
  expect(await failureOf(within)).toBeInstanceOf(DatabaseAway);
  expect((await sql`select 1 as one`.execute(database)).rows).toEqual([{ one: 1 }]);
});

test.each(['53100', '53200', '58030', '25006'])(
  'who has no room, or may not write, is away (%s)',
  async (code) => {
    const raised = `do $$ begin raise exception 'no room' using errcode = '${code}'; end $$`;
    expect(await failureOf(sql.raw(raised).execute(database))).toBeInstanceOf(DatabaseAway);
  },
);

test.each([
  ['a statement that is wrong', 'select nothing_there'],
  ['one that takes too long', 'set statement_timeout = 1; select pg_sleep(5)'],
])('%s is told as what it is, and not as a database that is away', async (_, text) => {
  const failure = await failureOf(sql.raw(text).execute(database));
  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toBeInstanceOf(DatabaseAway);
});
