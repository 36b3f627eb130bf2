import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contosoHost, eventually, people } from '@leads/testing';
import { startTestStack, type TestStack } from '@leads/tools';
import type { Browser, Page } from 'playwright-core';
import { axeFaults, comeToRest, tooWide } from './browser/look-at.ts';
import { openBrowser, personAt } from './browser/open-browser.ts';
import { signIn } from './browser/sign-in.ts';

/** As the documentation prints it: a comma is missing. */
const PRINTED = `{
  "userDetails": { "firstName": "Some", "lastName": "One", "email": "some.one@adatum.example", "company": "Adatum" },
  "leadSource": "AzureMarketplace-INS|contoso.contoso-analytics"
  "description": "<b>Printed</b>"
}`;

let stack: TestStack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
  page = await (await personAt(browser)).newPage();
  page.setDefaultTimeout(30_000);
}, 240_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
}, 60_000);

const postGarbage = async (body: string): Promise<number> => {
  const answer = await fetch(stack.connection.leadAddress, { method: 'POST', body });
  return answer.status;
};

test('what cannot be understood is seen in the console, corrected there, and written into Dynamics once', async () => {
  expect(await postGarbage(PRINTED)).toBe(400);
  await signIn(page, stack.services.portal.url, people.owner, '/leads');
  await page.getByRole('link', { name: 'Posts put aside' }).click();
  await page.getByRole('link', { name: 'Some One' }).click();
  await page.getByText('It is neither valid JSON nor a form.').waitFor();
  await page.getByText('"description": "<b>Printed</b>"').first().waitFor();
  await comeToRest(page);
  expect(await axeFaults(page)).toEqual([]);
  const { pathname } = new URL(page.url());
  const open = async (): Promise<void> => {
    await page.goto(`${stack.services.portal.url}${pathname}`);
    await page.getByRole('button', { name: 'See what it becomes' }).waitFor();
    await comeToRest(page);
  };
  expect(await tooWide(page, open)).toEqual([]);
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.getByLabel('Last name').fill('Corrected');
  await page.getByRole('button', { name: 'See what it becomes' }).click();
  await page.getByRole('heading', { name: 'It becomes this lead' }).waitFor();
  await page.getByRole('button', { name: 'Make the lead' }).dblclick();
  await page.getByRole('link', { name: 'Open the lead' }).click();
  await page.getByText(/^Made by /).waitFor();
  await page.getByText('Written into Dynamics 365').waitFor();
  await eventually(async () => {
    const records = await stack.emulators.control.leads(contosoHost);
    expect(records.filter((record) => record['lastname'] === 'Corrected')).toHaveLength(1);
  });
  expect((await stack.emulators.control.leads(contosoHost)).length).toBe(1);
}, 120_000);

test('what is no lead is discarded with its reason', async () => {
  expect(await postGarbage('[]')).toBe(422);
  await page.goto(`${stack.services.portal.url}/kept-posts?state=kept`);
  await page.getByRole('link', { name: 'Nobody named' }).click();
  await page.getByRole('button', { name: 'Discard' }).click();
  await page
    .getByRole('dialog')
    .getByLabel(/Why it is no lead/)
    .fill('A try of ours');
  expect(await axeFaults(page, '[role=dialog]')).toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await page.getByText('A try of ours').waitFor();
  await page.goto(`${stack.services.portal.url}/kept-posts`);
  await page.getByRole('list', { name: 'Posts put aside' }).getByText('Discarded').waitFor();
  await comeToRest(page);
  expect(await axeFaults(page)).toEqual([]);
}, 120_000);

test('a repeat that was a second wish is written as a lead of its own, once', async () => {
  const body = JSON.stringify({
    userDetails: { firstName: 'Twice', lastName: 'Wished', email: 't@w.example' },
  });
  const post = async (): Promise<Record<string, unknown>> => {
    const answer = await fetch(stack.connection.leadAddress, { method: 'POST', body });
    return (await answer.json()) as Record<string, unknown>;
  };
  const { leadId } = await post();
  expect(await post()).toMatchObject({ leadId, duplicate: true });
  await page.goto(`${stack.services.portal.url}/leads/${String(leadId)}`);
  await page.getByRole('button', { name: 'This was a second wish' }).click();
  expect(await axeFaults(page, '[role=alertdialog]')).toEqual([]);
  await page.getByRole('button', { name: 'Make a lead' }).click();
  await page.getByRole('link', { name: 'See the lead that was made of it' }).click();
  await page.getByText('It came as a repeat of another lead').waitFor();
  await page.getByText('Written into Dynamics 365').waitFor();
  const wished = (await stack.emulators.control.leads(contosoHost)).filter(
    (record) => record['lastname'] === 'Wished',
  );
  expect(wished).toHaveLength(2);
}, 120_000);
