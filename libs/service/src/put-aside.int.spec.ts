import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Alert, NO_CONNECTION } from '@leads/contracts';
import { migrate, openDatabase, type WithOutbox, type WithUndecodable } from '@leads/database';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { putAside, refusalOf } from './put-aside.ts';

const NOW = new Date('2026-11-22T20:00:00Z');
const TOLD = { trouble: 'records-undecodable', transition: 'triggered', kind: 'record-quarantined' };
const OPERATORS = { connectionId: NO_CONNECTION, place: { scope: 'system', id: 'dynamics-writer' } };
const CAME = { headers: [], timestamp: NOW };
const UNREADABLE = { ...CAME, value: Buffer.from('{'), reason: 'not JSON', fault: 'unreadable' } as const;
const CONNECTION = '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293';

let server: TestDatabase;
let database: Kysely<WithOutbox & WithUndecodable>;

beforeAll(async () => {
  server = await testDatabase(async (url) => {
    const folder = await mkdtemp(`${tmpdir()}/migrations-`);
    await migrate({ url, schema: 'public', folder: pathToFileURL(`${folder}/`) });
    await rm(folder, { recursive: true });
  });
  database = openDatabase(
    { url: server.url, schema: 'public', poolSize: 2, application: 'test' },
    () => undefined,
  );
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});

test('a record that cannot be read is told of once, to its connection or else to the operators, however often it comes', async () => {
  const bad = { topic: 'leads.accepted.v1', partition: 3, ...UNREADABLE };
  const ours = { ...bad, offset: '7', key: Buffer.from(CONNECTION) };
  const nobodys = { ...bad, offset: '8', key: Buffer.from('no id') };
  const aLeads = { ...ours, topic: 'leads.outcomes.v1' };
  await putAside(database, [ours, nobodys, aLeads], 'dynamics-writer', NOW);
  await putAside(database, [ours, nobodys, aLeads], 'dynamics-writer', NOW);
  const events = await database.selectFrom('outbox').select('value').execute();
  expect(events.map(({ value }) => Alert.parse(JSON.parse(value)))).toEqual([
    expect.objectContaining({ connectionId: CONNECTION, ...TOLD }),
    ...[nobodys, aLeads].map(() => expect.objectContaining({ ...TOLD, ...OPERATORS })),
  ]);
  expect(await database.selectFrom('undecodable').selectAll().execute()).toHaveLength(3);
});

test('a record that the database cannot keep is told of in these words, and its reason quotes nothing of it', async () => {
  await sql`truncate outbox, undecodable`.execute(database);
  const error: unknown = await sql`select ${'3000000000'}::int4`
    .execute(database)
    .catch((failed: unknown) => failed);
  const reason = refusalOf(error) ?? '';
  expect(reason).toBe("The database cannot keep what it says (PostgreSQL's code 22003).");
  const record = { ...UNREADABLE, fault: 'refused' as const, reason, partition: 0, offset: '1' };
  const topic = 'leads.accepted.v1';
  await putAside(database, [{ ...record, topic, key: Buffer.from(CONNECTION) }], 'portal', NOW);
  const [event] = await database.selectFrom('outbox').select('value').execute();
  expect(Alert.parse(JSON.parse(event?.value ?? ''))).toMatchObject({
    ...{ connectionId: CONNECTION, ...TOLD },
    what: 'A record could not be kept by portal (leads.accepted.v1, partition 0, offset 1). Its bytes are kept.',
  });
  expect(refusalOf(new Error('the database is away'))).toBeUndefined();
});

test('a topic that the catalogue keys by connection needs to be listed nowhere else', async () => {
  const report = { topic: 'lanes.v1', partition: 0, offset: '1', key: Buffer.from(CONNECTION) };
  await putAside(database, [{ ...report, ...UNREADABLE }], 'portal', NOW);
  const events = await database.selectFrom('outbox').select('value').execute();
  expect(events.map(({ value }) => Alert.parse(JSON.parse(value)))).toContainEqual(
    expect.objectContaining({ connectionId: CONNECTION, what: expect.stringContaining('lanes.v1') }),
  );
});

test('records that nobody proves to have published are told of to the operators alone, once a topic, however many', async () => {
  await sql`truncate outbox, undecodable`.execute(database);
  const forged = (topic: string, offset: string): Parameters<typeof putAside>[1][number] => ({
    ...{
      topic,
      partition: 0,
      offset,
      key: Buffer.from(CONNECTION),
      value: Buffer.from('{"what":"https://evil.example"}'),
    },
    ...{ ...CAME, fault: 'unproven', reason: 'It is not signed.' },
  });
  const records = [forged('connections.v1', '1'), forged('connections.v1', '2'), forged('alerts.v1', '1')];
  await putAside(database, records, 'dynamics-writer', NOW);
  await putAside(database, records, 'dynamics-writer', NOW);
  const events = await database.selectFrom('outbox').select('value').execute();
  expect(events.map(({ value }) => Alert.parse(JSON.parse(value)))).toEqual([
    expect.objectContaining({
      ...TOLD,
      ...OPERATORS,
      cause: 'unproven',
      what: expect.stringContaining('2 records on connections.v1'),
    }),
    expect.objectContaining({
      ...TOLD,
      ...OPERATORS,
      what: expect.stringContaining('a record on alerts.v1'),
    }),
  ]);
  expect(JSON.stringify(events)).not.toContain('evil');
  expect(await database.selectFrom('undecodable').select('reason').execute()).toHaveLength(3);
});
