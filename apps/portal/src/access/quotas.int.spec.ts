import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, contoso, directories, eventually, people } from '@leads/testing';
import { type RunningPortal, startPortal } from '../testing/running-portal.ts';

let portal: RunningPortal;
let owner: Browser;
let operator: Browser;
beforeAll(async () => {
  portal = await startPortal({
    PUBLISHER_CONNECTIONS: '2',
    PUBLISHER_SAVES_PER_HOUR: '5',
    PUBLISHER_SEARCHES_PER_HOUR: '2',
    PUBLISHER_EXPORTS_PER_HOUR: '1',
  });
  await portal.database
    .insertInto('publishers')
    .values({ id: 'contoso', name: 'Contoso', directory_id: directories.contoso })
    .execute();
  owner = await portal.signedIn(people.owner);
  operator = await portal.signedIn(people.operator);
}, 120_000);
afterAll(() => portal.close());

const connect = (browser: Browser) => browser.ask('POST', '/api/connections', { body: contoso });

test('a publisher has so many connections and no more, an operator may make others', async () => {
  for (let count = 1; count <= 2; count++) {
    const made = await connect(owner);
    expect(made.status).toBe(201);
    const path = `/api/offers/${made.body['connectionId'] as string}`;
    // The limit looks at what the ledger has heard.
    await eventually(async () => expect(await owner.status('GET', path)).toBe(200), { timeoutMs: 40_000 });
  }
  const refused = await connect(owner);
  expect(refused).toMatchObject({ status: 403, body: { title: 'No more connections' } });
  expect(refused.body['detail']).toMatch(/the 2 connections that it may have\. Nothing was saved\./);
  expect((await connect(operator)).status).toBe(201);
}, 120_000);

test('what is done too often within an hour is refused with when to go on, for all of a publisher together', async () => {
  const reader = await portal.signedIn(people.reader);
  expect((await owner.ask('GET', '/api/leads.csv')).status).toBe(200);
  const refused = await reader.ask('GET', '/api/leads.csv');
  expect(refused.status).toBe(429);
  expect(refused.body['detail']).toMatch(/may make 1 exports an hour.*Nothing was changed.*Go on in \d+ min/);
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(3_600);
  expect((await operator.ask('GET', '/api/leads.csv')).status).toBe(200);
  const statuses: number[] = [];
  for (let index = 0; index < 3; index++) {
    statuses.push((await reader.ask('GET', '/api/leads?search=zoe')).status);
  }
  expect(statuses).toEqual([200, 200, 429]);
  // Looking without a search goes on.
  expect((await reader.ask('GET', '/api/leads?state=dead')).status).toBe(200);
});

test('saves count over all connections, and operators see what is used of what', async () => {
  const { body } = await operator.ask('GET', '/api/connections');
  const [connection] = body['connections'] as { connectionId: string }[];
  const rotate = () => owner.ask('POST', `/api/connections/${connection?.connectionId}/rotate-address-key`);
  const statuses: number[] = [];
  // Two connections were made before.
  for (let index = 0; index < 4; index++) statuses.push((await rotate()).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect((await operator.ask('GET', '/api/usage')).body).toEqual({
    limits: expect.objectContaining({ connections: 2, saves: 5, searches: 2, exports: 1 }),
    publishers: [
      {
        publisher: { id: 'contoso', name: 'Contoso' },
        used: { connections: 3, saves: 6, searches: 3, exports: 2 },
      },
    ],
  });
});
