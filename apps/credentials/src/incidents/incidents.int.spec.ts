import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Alert, alertOf, Incident, NO_CONNECTION, topics } from '@leads/contracts';
import type { Retention } from '@leads/service';
import { sql } from 'kysely';
import { Connections } from '../connections/connections.ts';
import { publish, remove, replaceSecret } from '../connections/revisions.ts';
import { endWhatIsGone, takeAlerts } from '../keep-incidents.ts';
import { KeyRing } from '../secrets/key-ring.ts';
import { Vault } from '../secrets/vault.ts';
import { startTestSchema, type TestSchema } from '../testing/database.ts';
import { contosoFields } from '../testing/fields.ts';
import { DAY_MS, passTime, QUIET_MS } from './fold-incidents.ts';
import { changePicture, readDue } from './incident-store.ts';
import { IncidentFilter } from './incident-requests.ts';
import { Incidents } from './incidents.ts';

const rules = { quietMs: QUIET_MS, newId: randomUUID };
let schema: TestSchema;
let connections: Connections;
let incidents: Incidents;
let clock: Date;

beforeAll(async () => {
  schema = await startTestSchema();
  const { database } = schema;
  const masterKey = Buffer.alloc(32, 7).toString('base64');
  const shared = { database, wakeRelay: () => undefined, now: () => clock };
  connections = new Connections({
    ...shared,
    vault: new Vault(new KeyRing(() => Promise.resolve(masterKey))),
    gatewayUrl: 'https://gateway.example',
  });
  incidents = new Incidents({ ...shared, rules });
});
afterAll(() => schema.close());
beforeEach(async () => {
  clock = new Date('2026-11-22T09:00:00Z');
  for (const table of ['outbox', 'incidents', 'incident_signals'] as const)
    await schema.database.deleteFrom(table).execute();
});

async function connect(): Promise<string> {
  const { connectionId } = await connections.create(contosoFields({}), 'test');
  await connections.revise(connectionId, 'test', undefined, publish);
  return connectionId;
}

const broken = (connectionId: string, more: Partial<Alert> = {}): Alert => ({
  ...alertOf({
    ...{
      alertId: randomUUID(),
      connectionId,
      at: clock,
      trouble: 'connection-broken',
      transition: 'triggered',
    },
    ...{ cause: 'AADSTS7000215', what: 'The client secret is wrong.', remedy: 'Enter a new one.' },
  }),
  ...more,
});
const restored = (connectionId: string): Alert =>
  broken(connectionId, { transition: 'cleared', cause: undefined });
const take = (...alerts: Alert[]): Promise<void> => takeAlerts(schema.database, alerts, clock, rules);
const later = (ms: number): void => {
  clock = new Date(clock.getTime() + ms);
};

function look(): Promise<Incident[]> {
  const quietSince = new Date(clock.getTime() - QUIET_MS);
  const toldBefore = new Date(clock.getTime() - DAY_MS);
  return changePicture(
    schema.database,
    clock,
    (transaction) => readDue(transaction, quietSince, toldBefore),
    (picture) => passTime(picture, clock, rules),
  );
}

async function told(): Promise<Incident[]> {
  const query = schema.database
    .selectFrom('outbox')
    .select('value')
    .where('topic', '=', topics.incidents.name);
  const rows = await query.orderBy('id').execute();
  return rows.map(({ value }) => Incident.parse(JSON.parse(value)));
}

const list = (query: Record<string, string> = {}): Promise<Incident[]> =>
  incidents.list(IncidentFilter.parse(query));

test('incidents of before their kind was no part of what makes them the same go on as they are', async () => {
  const [one, other] = [await connect(), await connect()];
  const refused = (connectionId: string, cause: string) =>
    broken(connectionId, { trouble: 'leads-refused', cause, dead: 1 });
  await take(broken(one), refused(one, 'refused-0x80040265'));
  const read = async () => {
    const { database } = schema;
    const signals = database
      .selectFrom('incident_signals')
      .select(['incident_key', 'signal'])
      .orderBy('same_as')
      .orderBy('incident_key');
    const kept = database.selectFrom('incidents').select(['incident_key']).orderBy('incident_key');
    return { signals: await signals.execute(), kept: await kept.execute() };
  };
  const now = await read();
  // As it was: the kind second, and who signs in only for what is broken.
  await sql`
    update incidents set incident_key = (
      select json_build_array(k -> 0, incident ->> 'kind', k -> 1, k -> 2, k -> 3)::text
      from (select incident_key::jsonb as k) as parts)
  `.execute(schema.database);
  await sql`
    update incident_signals set (incident_key, signal) = (
      select before, jsonb_set(signal, '{key}', to_jsonb(before))
      from (select json_build_array(k -> 0, trouble, k -> 1, k -> 2, k -> 3)::text as before
            from (select incident_key::jsonb as k) as parts) as old)
  `.execute(schema.database);
  expect((await read()).kept).not.toEqual(now.kept);
  const text = await readFile(
    new URL('../../migrations/0005-one-cause-one-incident.sql', import.meta.url),
    'utf8',
  );
  await sql.raw(text).execute(schema.database);
  expect(await read()).toEqual(now);

  // Of two alerts of one time, the order would be that of their random ids.
  later(1_000);
  await take(refused(other, 'refused-0x80040265'), broken(one, { cause: 'refused-0x80040265' }));
  expect(await list({ state: 'unresolved' })).toMatchObject([
    { kind: 'connection-broken', connectionIds: [one, other].sort() },
  ]);
});

describe('alerts of connections that share an application', () => {
  test('become one incident, whoever takes them in at once and however often', async () => {
    const ids = await Promise.all([connect(), connect(), connect(), connect()]);
    const alerts = ids.map((connectionId) => broken(connectionId));
    await Promise.all([...alerts, ...alerts].map((alert) => take(alert)));
    await take(...alerts);
    const all = await told();
    expect(all.map(({ transition }) => transition)).toEqual(['opened', 'changed', 'changed', 'changed']);
    expect(all.at(-1)).toMatchObject({
      version: 4,
      connectionIds: ids.toSorted(),
      kind: 'connection-broken',
    });
    expect(await list()).toEqual([all.at(-1)]);
  });

  test('are over one by one, and the incident with the last of them, once', async () => {
    const [one, other] = [await connect(), await connect()];
    await take(broken(one), broken(other));
    later(60_000);
    await take(restored(one));
    expect(await list({ state: 'unresolved' })).toHaveLength(1);
    await take(restored(other));
    expect(await list({ state: 'unresolved' })).toEqual([]);
    expect(await look()).toEqual([]);
    later(QUIET_MS);
    const ends = await Promise.all([look(), look(), look()]);
    expect(ends.flat()).toMatchObject([{ transition: 'resolved' }]);
    later(1_000);
    await take(broken(one));
    expect((await told()).at(-1)).toMatchObject({ transition: 'opened', version: 1, connectionIds: [one] });
  });
});

describe('a person', () => {
  test('takes an incident on, once, and is named', async () => {
    await take(broken(await connect()));
    const [{ incidentId = '' } = {}] = await list();
    later(1_000);
    expect(await incidents.acknowledge(incidentId, 'Ana')).toMatchObject({
      incident: { acknowledgedBy: 'Ana' },
    });
    expect(await incidents.acknowledge(incidentId, 'Bob')).toMatchObject({
      kind: 'done',
      incident: { acknowledgedBy: 'Ana', version: 2 },
    });
    later(DAY_MS);
    expect(await look()).toEqual([]);
    expect((await told()).map(({ transition }) => transition)).toEqual(['opened', 'acknowledged']);
    const audit = await schema.database
      .selectFrom('audit')
      .select(['who', 'what', 'details'])
      .orderBy('id')
      .execute();
    expect(audit.at(-1)).toEqual({ who: 'Ana', what: 'incident acknowledged', details: { incidentId } });
  });

  test('ends one, and cannot act on what is over or never was', async () => {
    await take(broken(await connect()));
    const [{ incidentId = '' } = {}] = await list();
    later(1_000);
    expect(await incidents.resolve(incidentId, 'Ana')).toMatchObject({
      kind: 'done',
      incident: { state: 'resolved', resolvedBy: 'Ana' },
    });
    expect(await incidents.resolve(incidentId, 'Ana')).toMatchObject({ kind: 'over' });
    expect(await incidents.acknowledge(incidentId, 'Ana')).toMatchObject({ kind: 'over' });
    expect(await incidents.acknowledge(randomUUID(), 'Ana')).toEqual({ kind: 'unknown' });
  });

  test('mends an expired secret by replacing it, and everything by deleting the connection', async () => {
    const connectionId = await connect();
    await take(broken(connectionId, { trouble: 'secret-expired' }), broken(connectionId));
    later(60_000);
    const alerts = async (): Promise<Alert[]> => {
      const rows = schema.database
        .selectFrom('outbox')
        .select('value')
        .where('topic', '=', topics.alerts.name);
      return (await rows.execute()).map(({ value }) => topics.alerts.schema.parse(JSON.parse(value)));
    };
    const secret = replaceSecret({ kind: 'client-secret', value: 'another' });
    await connections.revise(connectionId, 'test', undefined, secret);
    await take(...(await alerts()));
    expect((await list({ state: 'open' })).map(({ kind }) => kind)).toEqual(['connection-broken']);
    later(60_000);
    await connections.revise(connectionId, 'test', undefined, remove);
    await take(...(await alerts()));
    expect(await list({ state: 'open' })).toEqual([]);
  });
});

test('incidents are found by state, kind, publisher and connection, and page by page', async () => {
  const [one, other] = [await connect(), await connect()];
  await take(broken(one));
  later(1_000);
  await take(broken(other, { trouble: 'connection-warning', cause: 'role-missing' }));
  later(1_000);
  await take(broken(NO_CONNECTION, { trouble: 'mail-trouble', cause: 'mail-server' }));
  const kinds = async (query: Record<string, string>): Promise<string[]> =>
    (await list(query)).map(({ kind }) => kind);
  expect(await kinds({})).toEqual(['mail-trouble', 'connection-warning', 'connection-broken']);
  expect(await kinds({ connectionId: one })).toEqual(['connection-broken']);
  expect(await kinds({ kind: 'connection-warning' })).toEqual(['connection-warning']);
  expect(await kinds({ publisherId: 'contoso', state: 'open' })).toEqual([
    'connection-warning',
    'connection-broken',
  ]);
  expect(await kinds({ publisherId: 'fabrikam' })).toEqual([]);
  const [first] = await list({ limit: '1' });
  expect(await kinds({ before: first?.at ?? '', limit: '1' })).toEqual(['connection-warning']);
});

test('incidents that changed at the same time are all found, page by page', async () => {
  const causes = ['a', 'b', 'c', 'd', 'e'];
  const connectionId = await connect();
  await take(...causes.map((cause) => broken(connectionId, { trouble: 'connection-warning', cause })));
  const seen: string[] = [];
  for (let page: Record<string, string> | undefined = {}; page;) {
    const found: Incident[] = await list({ ...page, limit: '2' });
    seen.push(...found.map(({ cause }) => cause));
    const last = found.at(-1);
    page = last && { before: last.at, beforeId: last.incidentId };
  }
  expect(seen.toSorted()).toEqual(causes);
});

describe('what was put aside', () => {
  const kept = { putAsideMs: 90 * DAY_MS, leadsPutAsideMs: 365 * DAY_MS } as Retention;
  const aside = (connectionId: string, changes: Partial<Alert>): Alert =>
    broken(connectionId, { alertId: randomUUID(), at: clock.toISOString(), ...changes });
  const post = (connectionId: string) =>
    aside(connectionId, { trouble: 'posts-quarantined', cause: 'no-lead-recognised' });
  const record = (service: string) =>
    aside(NO_CONNECTION, {
      trouble: 'records-undecodable',
      cause: 'undecodable',
      dedupKey: `undecodable ${service}`,
      place: { scope: 'system', id: service },
    });
  const states = async (): Promise<string[]> =>
    (await list()).map(({ kind, state }) => `${kind} ${state}`).sort();
  const end = (): Promise<void> => endWhatIsGone(schema.database, clock, kept, rules);

  test('is trouble until the last of it has gone with its age, by itself', async () => {
    const connectionId = await connect();
    await take(post(connectionId), record('portal'));
    later(60 * DAY_MS);
    await take(post(connectionId));
    later(60 * DAY_MS);
    await end();
    expect(await states()).toEqual(['posts-quarantined open', 'records-undecodable open']);
    later(31 * DAY_MS);
    await end();
    expect(await states()).toEqual(['posts-quarantined resolved', 'records-undecodable open']);
    later(QUIET_MS);
    expect(await look()).toMatchObject([
      { kind: 'records-undecodable', transition: 'reminded' },
      { kind: 'posts-quarantined', transition: 'resolved', by: 'itself' },
    ]);
    later(215 * DAY_MS);
    await end();
    expect(await states()).toContain('records-undecodable resolved');
  });

  test('is trouble anew where more comes after that', async () => {
    const connectionId = await connect();
    await take(post(connectionId));
    later(91 * DAY_MS);
    await end();
    later(1_000);
    await take(post(connectionId));
    await end();
    expect((await states()).filter((state) => state.endsWith('open'))).toEqual(['posts-quarantined open']);
  });

  test('of one service says nothing of that of another, nor of other trouble', async () => {
    const connectionId = await connect();
    await take(record('portal'), broken(connectionId));
    later(300 * DAY_MS);
    await take(record('notification'));
    later(100 * DAY_MS);
    await end();
    expect(await states()).toEqual([
      'connection-broken open',
      'records-undecodable open',
      'records-undecodable resolved',
    ]);
  });
});
