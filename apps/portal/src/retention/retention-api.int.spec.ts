import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RetentionView } from '@leads/contracts/portal-api';
import { type Browser, directories, people } from '@leads/testing';
import { type RunningPortal, startPortal } from '../testing/running-portal.ts';

let portal: RunningPortal;
let owner: Browser;

beforeAll(async () => {
  portal = await startPortal();
  await portal.database
    .insertInto('publishers')
    .values({ id: 'contoso', name: 'Contoso', directory_id: directories.contoso })
    .execute();
  owner = await portal.signedIn(people.owner);
}, 180_000);
afterAll(() => portal.close());

const view = async (browser: Browser): Promise<RetentionView['leads']> =>
  RetentionView.parse((await browser.ask('GET', '/api/retention')).body).leads;

const BOUNDS = { usual: 365, least: 30, most: 1_095 };

test('an owner chooses within the bounds, and everybody of the publisher sees it', async () => {
  const reader = await portal.signedIn(people.reader);
  const operator = await portal.signedIn(people.operator);
  expect(await view(owner)).toEqual({ ...BOUNDS, days: 365 });
  const chosen = await owner.ask('PUT', '/api/retention', { body: { days: 60 } });
  expect(chosen.status).toBe(200);
  expect(await view(reader)).toEqual({ ...BOUNDS, days: 60, chosen: 60 });
  expect(await view(operator)).toEqual({ ...BOUNDS, days: 365 });
  const audit = await owner.ask('GET', '/api/audit');
  expect(JSON.stringify(audit.body)).toContain('changed how long leads are kept');
  await owner.ask('PUT', '/api/retention', { body: { days: null } });
  expect(await view(reader)).toEqual({ ...BOUNDS, days: 365 });
});

test.each([29, 1_096])('%d days are refused in words, and nothing is changed', async (days) => {
  const refused = await owner.ask('PUT', '/api/retention', { body: { days } });
  expect(refused.status).toBe(422);
  expect(JSON.stringify(refused.body)).toMatch(/30 to 1095 days\. Nothing was changed/);
  expect(await view(owner)).toEqual({ ...BOUNDS, days: 365 });
});

test.each([0, -1, 1.5, '60', undefined])('%j is no number of days', async (days) => {
  expect((await owner.ask('PUT', '/api/retention', { body: { days } })).status).toBe(422);
});
