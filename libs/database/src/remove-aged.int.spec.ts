import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql, type SqlBool } from 'kysely';
import { openDatabase } from './database.ts';
import { aged, removeAged } from './remove-aged.ts';

const DAY_MS = 24 * 3_600_000;
const NOW = new Date('2026-11-22T09:30:00Z');
const onError = jest.fn<(error: unknown, table: string) => void>();
const options = { now: NOW, onError };
const old = aged('notes', { since: 'written_at', forMs: 7 * DAY_MS, only: sql<SqlBool>`not waits` });

let server: TestDatabase;
let database: Kysely<object>;

beforeAll(async () => {
  server = await testDatabase();
  const settings = { url: server.url, schema: 'public', poolSize: 3, application: 'test' };
  database = openDatabase(settings, () => undefined);
  await sql`create table notes (id int primary key, written_at timestamptz, waits boolean default false)`.execute(
    database,
  );
  await sql`create table letters (sent_at timestamptz)`.execute(database);
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});
beforeEach(async () => {
  onError.mockReset();
  await sql`truncate notes, letters`.execute(database);
});

async function write(count: number, daysAgo: number, { from = 0, waits = false } = {}): Promise<void> {
  await sql`
    insert into notes select ${from} + n, ${NOW}::timestamptz - ${daysAgo} * interval '1 day', ${waits}
    from generate_series(1, ${count}::int) as n
  `.execute(database);
}

async function left(): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from notes`.execute(database);
  return rows[0]!.n;
}

describe('what is too old', () => {
  test('goes, and what is younger, waits, or has no age stays', async () => {
    await write(5, 7.1);
    await write(3, 6.9, { from: 10 });
    await write(2, 400, { from: 20, waits: true });
    await sql`insert into notes values (30, null)`.execute(database);
    expect(await removeAged(database, [old], options)).toEqual({ notes: 5 });
    expect(await left()).toBe(6);
    expect(onError).not.toHaveBeenCalled();
  });

  test('goes in batches, and what was called off goes on in the next round', async () => {
    await write(25, 8);
    let batches = 0;
    const goOn = () => (batches += 1) <= 2;
    expect(await removeAged(database, [old], { ...options, batch: 10, goOn })).toEqual({ notes: 20 });
    expect(await removeAged(database, [old], { ...options, batch: 10 })).toEqual({ notes: 5 });
  });

  test('of one table does not wait for another with very much of it', async () => {
    await write(30, 8);
    await sql`insert into letters select ${NOW}::timestamptz - interval '9 days'`.execute(database);
    const letters = aged('letters', { since: 'sent_at', forMs: DAY_MS });
    let batches = 0;
    const goOn = () => (batches += 1) <= 2;
    const removed = await removeAged(database, [old, letters], { ...options, batch: 10, goOn });
    expect(removed).toEqual({ notes: 10, letters: 1 });
  });

  test('of one table goes although another cannot be read, which is told', async () => {
    await write(5, 8);
    const nothing = aged('nothing', { since: 'at', forMs: DAY_MS });
    expect(await removeAged(database, [nothing, old], options)).toEqual({ notes: 5 });
    expect(onError.mock.calls).toEqual([[expect.objectContaining({ code: '42P01' }), 'nothing']]);
  });

  test('that somebody holds is passed over, and nobody waits', async () => {
    await write(2, 8);
    await database.transaction().execute(async (transaction) => {
      await sql`select from notes where id = 1 for update`.execute(transaction);
      expect(await removeAged(database, [old], options)).toEqual({ notes: 1 });
    });
    expect(await left()).toBe(1);
  });

  test('is nothing where rows stay for good', async () => {
    await write(5, 10_000);
    expect(await removeAged(database, [{ ...old, forMs: Infinity }], options)).toEqual({});
  });
});
