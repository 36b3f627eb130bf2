import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contoso, contosoHost, eventually, people } from '@leads/testing';
import { startTestStack, type TestStack } from '@leads/tools';
import type { Browser, Page } from 'playwright-core';
import { axeFaults, COLOUR_SCHEMES, showIn, tooWide } from './browser/look-at.ts';
import { openBrowser, personAt } from './browser/open-browser.ts';
import { signIn } from './browser/sign-in.ts';
import { leadNumber, post } from './marketplace.ts';

let stack: TestStack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startTestStack({ serviceSettings: { REFUSED_ALONE_SECONDS: '5' } }),
    openBrowser(),
  ]);
  page = await (await personAt(browser)).newPage();
  page.setDefaultTimeout(30_000);
  await signIn(page, stack.services.portal.url, people.owner, '/offers');
}, 120_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
}, 60_000);

async function faults(): Promise<string[]> {
  const found: string[] = [];
  for (const colours of COLOUR_SCHEMES) {
    await showIn(page, colours);
    found.push(...(await axeFaults(page)).map((fault) => `${colours} ${fault}`));
  }
  return [...found, ...(await tooWide(page))];
}

test('a broken connection is an incident that an owner takes on, and that ends when it is mended', async () => {
  const ways = page.getByRole('navigation', { name: 'Main' });
  const user = { applicationId: contoso.applicationId, fullname: 'Lead writer' };
  const { control } = stack.emulators;
  await control.changeOrganization(contosoHost, { applicationUsers: [{ ...user, roles: [] }] });
  await post(stack.connection.leadAddress, leadNumber(1));

  await ways.getByRole('link', { name: 'Incidents' }).getByLabel('1 open').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Contoso Analytics' }).getByText('Failing').waitFor();
  await ways.getByRole('link', { name: 'Incidents' }).click();
  const list = page.getByRole('list', { name: 'Incidents' });
  await list.getByText('Contoso Analytics').waitFor();
  await list.getByText('1 lead waits').waitFor();
  expect(await faults()).toEqual([]);

  await list.getByRole('link', { name: 'Connection broken' }).click();
  await page.getByRole('heading', { name: 'What to do' }).waitFor();
  expect(await faults()).toEqual([]);
  await page.getByText('Leads waiting').locator('..').getByRole('link', { name: '1' }).click();
  const leads = page.getByRole('list', { name: 'Leads' });
  await leads.getByText('Waiting').waitFor();
  expect(await leads.getByRole('listitem').count()).toBe(1);
  await leads.getByRole('link').first().click();
  await page.getByText('Waits for its connection').waitFor();
  await page.getByRole('link', { name: 'See the incident' }).first().click();

  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText(`Acknowledged by ${people.owner}`).waitFor();
  await ways.getByLabel('1 open').waitFor({ state: 'detached' });

  await control.changeOrganization(contosoHost, { applicationUsers: [user] });
  // It is tried again by itself, at most a minute apart.
  await page.getByText('The cause is gone').waitFor({ timeout: 90_000 });
  await page.getByText('Resolved', { exact: true }).first().waitFor();
  await ways.getByRole('link', { name: 'Offers' }).click();
  await page.getByRole('listitem').filter({ hasText: 'Contoso Analytics' }).getByText('Healthy').waitFor();
}, 240_000);

test('leads that a rule refuses are an incident: told once, seen where people look, and over once one of them passes', async () => {
  const { control } = stack.emulators;
  const text = 'The sales team refuses it.';
  const plugin = { column: 'lastname', contains: 'Trujillo 7', status: 400, code: '0x80040265', text };
  await control.changeOrganization(contosoHost, { plugins: [plugin] });
  for (const number of [70, 71]) await post(stack.connection.leadAddress, leadNumber(number));

  const ways = page.getByRole('navigation', { name: 'Main' });
  const offer = page.getByRole('listitem').filter({ hasText: 'Contoso Analytics' });
  await ways.getByRole('link', { name: 'Offers' }).click();
  // A plug-in that refuses is asked a few times before it is believed.
  await offer.getByText('Failing').waitFor({ timeout: 120_000 });
  expect(await faults()).toEqual([]);
  await ways.getByRole('link', { name: 'Incidents' }).click();
  const list = page.getByRole('list', { name: 'Incidents' });
  await list.getByText('2 leads are dead').waitFor({ timeout: 60_000 });
  expect(await faults()).toEqual([]);
  await list.getByRole('link', { name: 'Leads refused' }).click();
  await page.getByRole('heading', { name: 'What to do' }).waitFor();
  await page.getByText('Leads dead').locator('..').getByRole('link', { name: '2' }).click();
  await page.getByRole('list', { name: 'Leads' }).getByRole('link').first().click();
  await page.getByText('It is dead because of an incident.').waitFor();
  await page.getByRole('link', { name: 'See the incident' }).first().click();

  const told = async () =>
    (await control.mails()).filter(({ subject }) => subject.includes('refused by Dynamics 365'));
  // What is over before anybody was told is told to nobody.
  await eventually(async () => expect(await told()).toHaveLength(2), { timeoutMs: 60_000 });
  await control.changeOrganization(contosoHost, { plugins: [] });
  await page.getByRole('button', { name: /^Replay/ }).click();
  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await page.getByText('The cause is gone').waitFor({ timeout: 60_000 });
  expect((await told()).map(({ to }) => to.join()).sort()).toEqual([
    'marketing@contoso.example',
    'sales@contoso.example',
  ]);
  expect((await told())[0]?.text).toMatch(/^Open the incident: .*\/incidents\//m);
}, 300_000);
