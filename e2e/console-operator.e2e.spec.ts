import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { contoso, contosoHost, people } from '@leads/testing';
import { startTestStack, type TestStack } from '@leads/tools';
import type { Browser, Page } from 'playwright-core';
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
  await signIn(page, stack.services.portal.url, people.operator);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
}, 60_000);

describe('an operator', () => {
  test('sees a connection break and heal, without a reload', async () => {
    await page.getByRole('link', { name: 'Offers', exact: true }).first().click();
    const offer = page.getByRole('listitem').filter({ hasText: 'Contoso Analytics' });
    await offer.getByText('Healthy').waitFor();

    const user = { applicationId: contoso.applicationId, fullname: 'Lead writer' };
    await stack.emulators.control.changeOrganization(contosoHost, {
      applicationUsers: [{ ...user, roles: [] }],
    });
    await post(stack.connection.leadAddress, leadNumber(1));
    await offer.getByText('Failing').waitFor();

    await stack.emulators.control.changeOrganization(contosoHost, { applicationUsers: [user] });
    // It probes by itself, at most a minute apart.
    await offer.getByText('Healthy').waitFor({ timeout: 90_000 });
  }, 150_000);

  test('replays dead leads, and sees them written', async () => {
    const plugin = {
      column: 'lastname',
      contains: 'Trujillo 2',
      status: 400,
      code: '0x80040265',
      text: 'No.',
    };
    await stack.emulators.control.changeOrganization(contosoHost, { plugins: [plugin] });
    for (const number of [20, 21, 22]) await post(stack.connection.leadAddress, leadNumber(number));
    await page.goto(`${stack.services.portal.url}/leads?state=dead`);
    const list = page.getByRole('list', { name: 'Leads' });
    // A plug-in that refuses is asked a few times before it is believed.
    await list.getByText('Dead').nth(2).waitFor({ timeout: 90_000 });

    await stack.emulators.control.changeOrganization(contosoHost, { plugins: [] });
    await page.getByRole('button', { name: 'Replay all dead leads of this filter' }).click();
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.getByText('Replayed: 3 leads written into Dynamics 365').waitFor();
  }, 200_000);
});
