import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contoso, people } from '@leads/testing';
import { startTestStack, type TestStack } from '@leads/tools';
import type { Browser, Page } from 'playwright-core';
import { approvePublisher } from './browser/approve-publisher.ts';
import { openBrowser, personAt } from './browser/open-browser.ts';
import { signIn } from './browser/sign-in.ts';
import { leadNumber, post } from './marketplace.ts';

const WRONG_SECRET = 'not-the-secret-of-this-application';

let stack: TestStack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
  const context = await personAt(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
}, 60_000);

async function fillIn(fields: Record<string, string>): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Connection details' });
  for (const [label, value] of Object.entries(fields)) {
    // What has to be filled in is marked with an asterisk.
    await dialog.getByLabel(new RegExp(`^${label.replaceAll(/[()]/g, '\\$&')}( ?\\*)?$`)).fill(value);
  }
}

async function validate(): Promise<void> {
  await page
    .getByRole('button', { name: /^(Validate|Validate again|Run again)$/ })
    .first()
    .click();
}

test('a publisher gets from an empty system to the first lead in Dynamics, past a wrong secret', async () => {
  // Nobody of this directory has been here before.
  await signIn(page, stack.services.portal.url, people.newOwner);
  await page.getByRole('heading', { name: 'Register your publisher' }).waitFor();
  await page.getByLabel('Publisher name').fill('Fabrikam');
  await page.getByLabel('Publisher ID').fill('fabrikam');
  await page.getByRole('button', { name: 'Register' }).click();
  // Until an operator has approved it, there is nothing to be connected.
  await page.getByRole('heading', { name: 'Waiting for approval' }).waitFor();
  await approvePublisher(stack.services.portal.url, 'fabrikam');
  await page.getByRole('button', { name: 'Load again' }).click();

  // The offers of others are not theirs to see.
  await page.getByRole('heading', { name: 'Connect your first offer' }).waitFor();
  expect(await page.getByText('Contoso Analytics').count()).toBe(0);

  await page.getByRole('button', { name: 'Connect an offer' }).click();
  await fillIn({ URL: 'http://contoso.example', 'Contact email': 'sales@fabrikam.example;sales@' });
  const dialog = page.getByRole('dialog', { name: 'Connection details' });
  await dialog.getByRole('button', { name: 'OK' }).click();
  // Mistakes are named where they were made, and nothing is saved.
  await dialog.getByText('"sales@"').first().waitFor();
  await fillIn({
    Offer: 'Fabrikam Insights',
    'Offer ID': 'fabrikam-insights',
    URL: contoso.url,
    'Application (client) ID': contoso.applicationId,
    'Directory ID': contoso.directoryId,
    'Client secret': WRONG_SECRET,
    'Contact email': 'sales@fabrikam.example',
  });
  await dialog.getByRole('button', { name: 'OK' }).click();
  await page.getByRole('heading', { level: 1, name: 'Fabrikam Insights' }).waitFor();

  // The check that failed says what to do.
  await validate();
  const failed = page.getByRole('listitem').filter({ hasText: 'Client secret' });
  await failed
    .getByText(/Certificates & secrets/)
    .first()
    .waitFor();
  expect(await page.content()).not.toContain(WRONG_SECRET);

  await page.getByRole('button', { name: 'Connection details' }).first().click();
  await fillIn({ 'Client secret': contoso.clientSecret });
  await dialog.getByRole('button', { name: 'OK' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await validate();
  const testLead = page.getByRole('link', { name: /test lead in Dynamics/ });
  await testLead.waitFor();
  const testLeadPage = await fetch((await testLead.getAttribute('href')) ?? '');
  expect(testLeadPage.status).toBe(200);

  await page.getByRole('button', { name: 'Publish', exact: true }).first().click();
  await page.getByRole('button', { name: 'Copy the address' }).click();
  await page.getByText('Address copied').first().waitFor();
  const leadAddress = await page.evaluate(() => navigator.clipboard.readText());
  expect(leadAddress).toContain('/leads/');

  // The first lead arrives before one's eyes: no reload.
  await page.getByRole('link', { name: 'Leads', exact: true }).first().click();
  await page.getByRole('heading', { name: 'No lead has come yet' }).waitFor();
  await post(leadAddress, leadNumber(1));
  const lead = page.getByRole('list', { name: 'Leads' }).getByRole('link', { name: /Trujillo 1/ });
  await lead.waitFor();
  await page.getByRole('list', { name: 'Leads' }).getByText('Written').waitFor();

  await lead.click();
  await page.getByText('E-mail sent to 1 contact').waitFor();
  const inDynamics = page.getByRole('link', { name: /Open in Dynamics 365/ }).first();
  const record = await fetch((await inDynamics.getAttribute('href')) ?? '');
  expect(await record.text()).toContain('Trujillo 1');
}, 180_000);
