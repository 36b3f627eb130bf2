import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { people } from '@leads/testing';
import { startTestStack, type TestStack } from '@leads/tools';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { axeFaults, COLOUR_SCHEMES, comeToRest, showIn, tooWide } from './browser/look-at.ts';
import { openBrowser, personAt } from './browser/open-browser.ts';
import { signIn } from './browser/sign-in.ts';
import { leadNumber, post } from './marketplace.ts';

const SCRIPT_BUDGET_BYTES = 300_000;

let stack: TestStack;
let browser: Browser;
let page: Page;
let pages: Record<string, string>;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startTestStack(), openBrowser()]);
  const leadId = await post(stack.connection.leadAddress, leadNumber(1));
  const offer = `/offers/${stack.connection.connectionId}`;
  pages = {
    offers: '/offers',
    'an offer': offer,
    'the guided set-up': `${offer}/set-up`,
    leads: '/leads',
    'a lead': `/leads/${leadId}`,
    'posts put aside': '/kept-posts',
    incidents: '/incidents',
    health: '/health',
    audit: '/audit',
    publishers: '/publishers',
    'a page that is not there': '/nowhere',
  };
  page = await (await personAt(browser)).newPage();
  page.setDefaultTimeout(30_000);
  await signIn(page, stack.services.portal.url, people.operator);
  await page.goto(`${stack.services.portal.url}/leads`);
  await page.getByRole('list', { name: 'Leads' }).getByText('Written').waitFor();
  await fetch(stack.connection.leadAddress, { method: 'POST', body: '{"email": "broken@adatum.example"' });
  await page.goto(`${stack.services.portal.url}/kept-posts`);
  const keptPost = page.getByRole('list', { name: 'Posts put aside' }).getByRole('link').first();
  pages['a post put aside'] = (await keptPost.getAttribute('href')) ?? '';
}, 120_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
}, 60_000);

/** Settles when what the page loads has come. */
async function open(path: string): Promise<void> {
  await page.goto(`${stack.services.portal.url}${path}`);
  await page
    .getByRole('heading', { level: 1 })
    .waitFor()
    .catch((cause: unknown) => {
      throw new Error(`${path} has no heading`, { cause });
    });
  await page.waitForFunction(() => document.querySelector('.fui-Skeleton') === null);
  await comeToRest(page);
}

describe.each(COLOUR_SCHEMES)('in %s colours', (colours) => {
  test('no page has a fault that axe finds', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    const found: Record<string, string[]> = {};
    for (const [name, path] of Object.entries(pages)) {
      await open(path);
      await showIn(page, colours);
      found[name] = await axeFaults(page);
    }
    expect(found).toEqual(Object.fromEntries(Object.keys(pages).map((name) => [name, []])));
  }, 120_000);
});

test('the dialog of the connection details has no fault that axe finds', async () => {
  await open(`/offers/${stack.connection.connectionId}`);
  await page.getByRole('button', { name: 'Connection details' }).first().click();
  await page.getByRole('dialog', { name: 'Connection details' }).getByLabel('URL').waitFor();
  expect(await axeFaults(page, '[role=dialog]')).toEqual([]);
}, 60_000);

test('no page scrolls sideways on a phone, a tablet or a desktop', async () => {
  const wide: Record<string, string[]> = {};
  for (const [name, path] of Object.entries(pages)) wide[name] = await tooWide(page, () => open(path));
  expect(wide).toEqual(Object.fromEntries(Object.keys(pages).map((name) => [name, []])));
}, 180_000);

test('the first load brings less than 300 kB of compressed script', async () => {
  const person = await personAt(browser);
  await signIn(await person.newPage(), stack.services.portal.url, people.owner);
  const fresh = await person.newPage();
  const scripts: Promise<number>[] = [];
  fresh.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return;
    scripts.push(response.body().then((body) => gzipSync(body).byteLength));
  });
  // As on the first visit, nothing is in the cache.
  const session = await person.newCDPSession(fresh);
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await fresh.goto(`${stack.services.portal.url}/offers`);
  await fresh.getByText('Contoso Analytics').first().waitFor();
  const bytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0);
  expect(scripts.length).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(SCRIPT_BUDGET_BYTES);
}, 60_000);
