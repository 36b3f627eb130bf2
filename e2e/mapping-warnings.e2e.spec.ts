import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MappingPreview } from '@leads/contracts';
import { Browser, contoso, contosoHost, people } from '@leads/testing';
import { startTestStack, type TestStack } from '@leads/tools';
import type { Browser as Opened, Page } from 'playwright-core';
import { openBrowser, personAt } from './browser/open-browser.ts';
import { signIn } from './browser/sign-in.ts';

let stack: TestStack;
let opened: Opened;
let page: Page;
let alex: Browser;

beforeAll(async () => {
  [stack, opened] = await Promise.all([startTestStack(), openBrowser()]);
  page = await (await personAt(opened)).newPage();
  page.setDefaultTimeout(30_000);
  alex = await Browser.signedIn(stack.services.portal.url, people.owner);
}, 120_000);
afterAll(async () => {
  await opened.close();
  await stack.stop();
}, 60_000);

const GONE = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7eff';
const { clientSecret: SECRET, ...details } = contoso;

test('a mapping that the organization would not take is warned of when it is tried and when it is saved', async () => {
  await stack.emulators.control.changeOrganization(contosoHost, {
    columns: [
      { logicalName: 'contoso_tier', type: 'picklist', options: [{ value: 7, label: 'Gold' }] },
      { logicalName: 'contoso_closed', type: 'string', maxLength: 100, secured: true },
      { logicalName: 'contoso_made', type: 'string', maxLength: 100, validForCreate: false },
    ],
  });
  const mapping = {
    constants: { contoso_tier: 9 },
    columns: { contoso_closed: 'offer', contoso_made: 'offer' },
    lookups: { new_Champagne: `/campaigns(${GONE})` },
  };
  const pointers = [
    '/mapping/columns/contoso_closed',
    '/mapping/columns/contoso_made',
    '/mapping/constants/contoso_tier',
    '/mapping/lookups/new_Champagne',
  ];
  const path = `/api/connections/${stack.connection.connectionId}`;

  const lead = { userDetails: { lastName: 'Trujillo' }, offerTitle: 'Contoso Analytics' };
  const tried = await alex.ask('POST', `${path}/mapping-preview`, { body: { mapping, lead } });
  expect(tried.status).toBe(200);
  const { faults, record, unchecked } = MappingPreview.parse(tried.body);
  expect([faults.map(({ pointer }) => pointer).sort(), unchecked]).toEqual([pointers, []]);
  expect(record).toMatchObject({ lastname: 'Trujillo', subject: 'Contoso Analytics' });
  expect(Object.keys(record).filter((name) => /^contoso_|@odata/.test(name))).toEqual([]);

  const before = await alex.ask('GET', path);
  const saved = await alex.ask('PUT', path, {
    body: { ...details, mapping },
    headers: { 'if-match': before.headers.get('etag') ?? '' },
  });
  expect(saved.status).toBe(200);
  const { warnings } = saved.body as { warnings: { pointer: string }[] };
  expect(warnings.map(({ pointer }) => pointer).sort()).toEqual(pointers);
  expect(JSON.stringify([tried, saved])).not.toContain(SECRET);

  // Whoever saves the details in the console sees it as well, and the details are saved.
  await signIn(page, stack.services.portal.url, people.owner);
  await page
    .getByRole('link', { name: /Contoso Analytics/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Connection details' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Connection details' });
  await dialog.getByLabel(/^Contact email/).fill('other@contoso.example');
  await dialog.getByRole('button', { name: 'OK' }).click();
  const entry = page.getByRole('listitem').filter({ hasText: 'lookups: new_Champagne' });
  await entry.getByText(/no such lookup/).waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await entry.waitFor({ state: 'hidden' });
  expect((await alex.ask('GET', path)).body).toMatchObject({
    contactEmails: 'other@contoso.example',
    mapping,
  });
}, 180_000);
