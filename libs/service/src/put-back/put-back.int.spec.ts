import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { keepUndecodable, migrate, openDatabase, type WithUndecodable } from '@leads/database';
import type { KeptRecord, Undecodable } from '@leads/kafka';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { askToPutBack, whatLiesAside } from './ask-to-put-back.ts';
import { PutBack } from './put-back.ts';

const SCHEMA = 'portal';
const TOPIC = 'leads.accepted.v1';
const MADE = new Date('2026-11-22T09:30:00Z');
const log = { info: () => undefined, warn: () => undefined };
const signal = new AbortController().signal;

let server: TestDatabase;
let database: Kysely<WithUndecodable>;
/** What was taken, in order. */
let taken: KeptRecord[];

beforeAll(async () => {
  server = await testDatabase(async (url) => {
    const folder = await mkdtemp(`${tmpdir()}/migrations-`);
    await migrate({ url, schema: SCHEMA, folder: pathToFileURL(`${folder}/`) });
    await rm(folder, { recursive: true });
  });
  const settings = { url: server.url, schema: SCHEMA, poolSize: 4, application: 'test' };
  database = openDatabase(settings, () => undefined);
}, 60_000);
afterAll(async () => {
  await database.destroy();
  await server.drop();
});
beforeEach(async () => {
  taken = [];
  await sql`truncate undecodable`.execute(database);
});

function record(offset: string, topic = TOPIC, value = 'readable'): Undecodable {
  return {
    ...{ topic, partition: 2, offset, key: Buffer.from('k'), value: Buffer.from(value) },
    headers: [['signature', Buffer.from([0, 255])]],
    timestamp: MADE,
    ...{ fault: 'unreadable', reason: 'An older version could not read it.' },
  };
}

/** One instance. @param fails what its handler throws */
function instance(fails?: Error): PutBack {
  const takeAgain = (topic: string, records: readonly KeptRecord[]): Promise<Undecodable[]> => {
    if (fails) return Promise.reject(fails);
    const isReadable = ({ value }: KeptRecord): boolean => value?.toString() === 'readable';
    taken.push(...records.filter(isReadable));
    const aside = records.filter((one) => !isReadable(one));
    return Promise.resolve(aside.map((one) => ({ ...one, topic, fault: 'unreadable', reason: 'Not yet.' })));
  };
  return new PutBack(database, [{ takes: (topic) => topic === TOPIC, takeAgain }], log);
}

const ask = (topic?: string) =>
  askToPutBack(database, { ...(topic !== undefined && { topic }), patienceMs: 0, everyMs: 1 });

describe('what lies aside', () => {
  test('is told by schema and topic, and stays as it is until a person asks', async () => {
    await keepUndecodable(database, [record('1'), record('2'), record('1', 'lanes.v1')]);
    expect(await whatLiesAside(database)).toEqual([
      expect.objectContaining({ schema: SCHEMA, topic: 'lanes.v1', records: 1, asked: 0 }),
      expect.objectContaining({ schema: SCHEMA, topic: TOPIC, records: 2, asked: 0 }),
    ]);
    await instance().takeAll(signal);
    expect(taken).toEqual([]);
  });

  test('is taken as it came once a person asks, in its order, and once however many instances run', async () => {
    const offsets = Array.from({ length: 250 }, (_, index) => String(index));
    await keepUndecodable(
      database,
      offsets.map((offset) => record(offset)),
    );
    await ask();
    await Promise.all([instance(), instance(), instance()].map((one) => one.takeAll(signal)));
    const { partition, key, value, headers, timestamp } = record('0');
    expect(taken[0]).toEqual({ partition, offset: '0', key, value, headers, timestamp });
    expect(taken.map(({ offset }) => offset).sort((a, b) => Number(a) - Number(b))).toEqual(offsets);
    expect(await whatLiesAside(database)).toEqual([]);
  });

  test('stays aside, with why, where it still cannot be read, or where nobody takes such records', async () => {
    await keepUndecodable(database, [record('1'), record('2', TOPIC, '{'), record('3', 'gone.v1')]);
    await ask();
    await instance().takeAll(signal);
    expect(taken.map(({ offset }) => offset)).toEqual(['1']);
    expect(await whatLiesAside(database)).toEqual([
      expect.objectContaining({
        topic: 'gone.v1',
        asked: 0,
        reason: expect.stringContaining('takes no records'),
      }),
      expect.objectContaining({ topic: TOPIC, records: 1, asked: 0, reason: 'Not yet.' }),
    ]);
  });

  test('is asked for still where it could not be taken now, and holds up no other topic', async () => {
    await keepUndecodable(database, [record('1'), record('1', 'deliveries')]);
    await ask();
    const failing = instance(new Error('the database is away'));
    const others: KeptRecord[] = [];
    failing.alsoTakes('deliveries', (records) => {
      others.push(...records);
      return Promise.resolve([]);
    });
    await failing.takeAll(signal);
    expect(others).toHaveLength(1);
    expect(await whatLiesAside(database)).toEqual([
      expect.objectContaining({ topic: TOPIC, records: 1, asked: 1 }),
    ]);
    await instance().takeAll(signal);
    expect(taken).toHaveLength(1);
  });

  test('is taken of the one topic that is named', async () => {
    await keepUndecodable(database, [record('1'), record('1', 'lanes.v1')]);
    await ask('lanes.v1');
    await instance().takeAll(signal);
    expect(taken).toEqual([]);
  });

  test('is waited for by who asks', async () => {
    await keepUndecodable(database, [record('1')]);
    const asked = askToPutBack(database, { patienceMs: 30_000, everyMs: 5 });
    while (taken.length === 0) await instance().takeAll(signal);
    expect(await asked).toEqual({ before: [expect.objectContaining({ records: 1 })], after: [] });
  });
});
