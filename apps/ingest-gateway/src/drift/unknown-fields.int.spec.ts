import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UnknownFieldsFound } from '@leads/contracts';
import { fetchSigned } from '@leads/service';
import { eventually, testSigning } from '@leads/testing';
import { type RunningGateway, startGateway } from '../testing/running-gateway.ts';
import { watchAcceptedLeads, type WatchedLeads } from '../testing/watch-accepted-leads.ts';
import { keepFields } from './keep-fields.ts';

let gateway: RunningGateway;
let watched: WatchedLeads;

beforeAll(async () => {
  gateway = await startGateway();
  watched = await watchAcceptedLeads(gateway.kafka);
}, 60_000);
afterAll(async () => {
  await watched?.close();
  await gateway?.end();
}, 30_000);

const bodyWith = (more: object): string =>
  JSON.stringify({ userDetails: { email: `${randomUUID()}@adatum.example` }, ...more });

test('a field that is not known is told of once, by its name and kind, and shown; its lead is accepted', async () => {
  const connectionId = randomUUID();
  const key = await gateway.addConnection({ connection_id: connectionId });
  for (const more of [{ favouriteColour: 'Ultramarine' }, { favouriteColour: 'Ochre' }])
    expect((await gateway.post(key, bodyWith(more))).status).toBe(202);
  await eventually(() => expect(watched.alertsOf(connectionId)).toHaveLength(1));
  expect((await gateway.post(key, bodyWith({ shoeSize: 987_654_321 }))).status).toBe(202);
  await eventually(() => expect(watched.alertsOf(connectionId)).toHaveLength(2));
  const alerts = watched.alertsOf(connectionId);
  expect(alerts).toMatchObject([
    {
      trouble: 'fields-unknown',
      transition: 'triggered',
      what: expect.stringContaining('favouriteColour (text)'),
    },
    { what: expect.stringContaining('shoeSize (number)') },
  ]);
  expect(JSON.stringify(alerts)).not.toMatch(/Ultramarine|Ochre|987654321/);
  const answer = await fetchSigned(
    {
      method: 'POST',
      path: '/api/unknown-fields/find',
      body: { connectionIds: [connectionId] },
      timeoutMs: 15_000,
    },
    { url: gateway.process.url, to: 'ingest-gateway', key: testSigning('portal').key, now: Date.now },
  );
  expect(UnknownFieldsFound.parse(await answer.json()).fields.map(({ name, kind }) => [name, kind])).toEqual([
    ['shoeSize', 'number'],
    ['favouriteColour', 'text'],
  ]);
});

test('a field that two instances find at once is told of once, and again on no other day', async () => {
  const connectionId = randomUUID();
  const fields = [
    { name: 'a', kind: 'text' },
    { name: 'b', kind: 'text' },
  ];
  const keep = (day: number, of = fields): Promise<number> =>
    keepFields(gateway.database, connectionId, of, new Date(Date.UTC(2026, 10, day)));
  const counts = await Promise.all([keep(1), keep(1, fields.toReversed()), keep(1)]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2);
  expect(await keep(2)).toBe(0);
  const rows = await gateway.database
    .selectFrom('unknown_fields')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .execute();
  expect(rows.map(({ first_at, last_at }) => [first_at.getUTCDate(), last_at.getUTCDate()])).toEqual([
    [1, 2],
    [1, 2],
  ]);
});
