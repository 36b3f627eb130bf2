import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { removeAged } from '@leads/database';
import { decidedTables, readSettings, retentionOf, retentionSettings } from '@leads/service';
import { tablesOf } from '@leads/testing';
import { sql } from 'kysely';
import { Connections } from './connections/connections.ts';
import { publish, remove } from './connections/revisions.ts';
import { credentialsAges, NOT_AGED } from './retention.ts';
import { KeyRing } from './secrets/key-ring.ts';
import { Vault } from './secrets/vault.ts';
import { startTestSchema, type TestSchema } from './testing/database.ts';
import { contosoFields } from './testing/fields.ts';

const ages = credentialsAges(retentionOf(readSettings({}, retentionSettings)));
const NOW = new Date();
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);

let schema: TestSchema;
let connections: Connections;
let clock: Date;

beforeAll(async () => {
  schema = await startTestSchema();
  const masterKey = Buffer.alloc(32, 7).toString('base64');
  connections = new Connections({
    database: schema.database,
    wakeRelay: () => undefined,
    now: () => clock,
    vault: new Vault(new KeyRing(() => Promise.resolve(masterKey))),
    gatewayUrl: 'https://gateway.example',
  });
});
afterAll(() => schema.close());
beforeEach(async () => {
  // The audit can be emptied by nobody: whoever owns the schema takes its guards away first.
  await sql`alter table audit disable trigger user`.execute(schema.database);
  await sql`truncate connections, audit, incident_signals, incidents, failed_validations cascade`.execute(
    schema.database,
  );
  await sql`alter table audit enable trigger user`.execute(schema.database);
});

function keepHouse(batch?: number): Promise<Record<string, number>> {
  const onError = (error: unknown): never => {
    throw error;
  };
  return removeAged(schema.database, ages, { now: NOW, onError, ...(batch && { batch }) });
}

/** What a table still has, by the days since then. */
async function daysLeft(table: string, since: string): Promise<number[]> {
  const { rows } = await sql<{ days: number }>`
    select round(extract(epoch from ${NOW}::timestamptz - ${sql.ref(since)}) / 86400)::int as days
    from ${sql.table(table)} order by days desc
  `.execute(schema.database);
  return rows.map(({ days }) => days);
}

test('it is decided of each table', async () => {
  expect(await tablesOf(schema.url, 'credentials')).toEqual(decidedTables(ages, NOT_AGED));
});

describe('the audit', () => {
  const write = (...days: number[]) =>
    schema.database
      .insertInto('audit')
      .values(
        days.map((each) => ({ at: daysAgo(each), who: 'ann', what: 'connection created', details: '{}' })),
      )
      .execute();

  test('goes in batches once it is old, and what is younger stays', async () => {
    await write(405, 404, 403, 402, 401, 399, 1);
    expect(await keepHouse(2)).toEqual({ audit: 5 });
    expect(await daysLeft('audit', 'at')).toEqual([399, 1]);
  });

  test('can neither be removed before nor changed, whoever asks', async () => {
    await write(89, 100);
    const { database } = schema;
    await expect(sql`delete from audit`.execute(database)).rejects.toThrow('append-only');
    await expect(sql`update audit set who = 'bob'`.execute(database)).rejects.toThrow('append-only');
    await expect(sql`truncate audit`.execute(database)).rejects.toThrow('append-only');
    expect(await daysLeft('audit', 'at')).toEqual([100, 89]);
  });
});

test('versions of a connection go in batches once they were replaced long ago; the present one stays, however old', async () => {
  clock = daysAgo(1_000);
  const { connectionId } = await connections.create(contosoFields({}), 'ann');
  for (const days of [900, 800, 401, 399]) {
    clock = daysAgo(days);
    await connections.revise(connectionId, 'ann', undefined, (facts) => ({
      kind: 'revised',
      act: 'connection changed',
      facts: { ...facts, contactEmails: [`ann.${days}@contoso.example`] },
    }));
  }
  clock = daysAgo(2_000);
  await connections.create(contosoFields({}), 'bob');
  expect(await keepHouse(2)).toMatchObject({ connection_versions: 3 });
  expect(await daysLeft('connection_versions', 'changed_at')).toEqual([2_000, 401, 399]);
});

test('that somebody was warned of a secret is known while it is in use, and goes once it is old', async () => {
  clock = daysAgo(800);
  const { connectionId } = await connections.create(contosoFields({}), 'ann');
  const { connectionId: deleted } = await connections.create(contosoFields({}), 'ann');
  await connections.revise(connectionId, 'ann', undefined, publish);
  await connections.revise(deleted, 'ann', undefined, remove);
  const alert = { expires_on: '2026-01-01', days_before: 30, alerted_at: daysAgo(401) } as const;
  await schema.database
    .insertInto('expiry_alerts')
    .values([
      { ...alert, connection_id: connectionId, secret_version: 1 },
      { ...alert, connection_id: connectionId, secret_version: 7 },
      { ...alert, connection_id: deleted, secret_version: 1 },
    ])
    .execute();
  expect(await keepHouse()).toMatchObject({ expiry_alerts: 2 });
  expect(await daysLeft('expiry_alerts', 'alerted_at')).toEqual([401]);
});

test('what no record could bring up again is forgotten, and what lasts is not', async () => {
  const { database } = schema;
  for (const [days, stands] of [
    [93, false],
    [91, false],
    [93, true],
  ] as const) {
    await sql`
      insert into incident_signals (connection_id, trouble, same_as, incident_key, stands, signal, changed_at)
      values (${randomUUID()}, 'connection-broken', '', 'key', ${stands}, '{}', ${daysAgo(days)})
    `.execute(database);
    await sql`
      insert into incidents (incident_id, incident_key, incident, told_at, changed_at, ended_at)
      values (${randomUUID()}, ${randomUUID()}, '{}', ${daysAgo(days)}, ${daysAgo(days)}, ${stands ? null : daysAgo(days)})
    `.execute(database);
    await sql`insert into failed_validations values (${randomUUID()}, ${daysAgo(days)})`.execute(database);
  }
  expect(await keepHouse()).toEqual({
    incident_signals: 1,
    incidents: 1,
    failed_validations: 2,
  });
});
