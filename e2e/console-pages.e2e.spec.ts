import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AxeBuilder } from '@axe-core/playwright';
import { people, startTestStack, type TestStack } from '@leads/tools';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, personAt } from './browser/open-browser.ts';
import { signIn } from './browser/sign-in.ts';
import { leadNumber, post } from './marketplace.ts';

const SCHEMES = ['light', 'dark'] as const;
const WIDTHS = [390, 768, 1440];
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
    health: '/health',
    audit: '/audit',
    'a page that is not there': '/nowhere',
  };
  page = await (await personAt(browser)).newPage();
  page.setDefaultTimeout(30_000);
  await signIn(page, stack.services.portal.url, people.operator);
  await page.goto(`${stack.services.portal.url}/leads`);
  await page.getByRole('list', { name: 'Leads' }).getByText('Written').waitFor();
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
  // What fades in is paler than it will be.
  await page.waitForFunction(() =>
    document.getAnimations().every(({ playState }) => playState !== 'running'),
  );
}

async function violationsOf(path: string): Promise<string[]> {
  await open(path);
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe.each(SCHEMES)('in %s colours', (colorScheme) => {
  test('no page has a fault that axe finds', async () => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 1440, height: 900 });
    const found: Record<string, string[]> = {};
    for (const [name, path] of Object.entries(pages)) found[name] = await violationsOf(path);
    expect(found).toEqual(Object.fromEntries(Object.keys(pages).map((name) => [name, []])));
  }, 120_000);
});

test('the dialog of the connection details has no fault that axe finds', async () => {
  await open(`/offers/${stack.connection.connectionId}`);
  await page.getByRole('button', { name: 'Connection details' }).first().click();
  await page.getByRole('dialog', { name: 'Connection details' }).getByLabel('URL').waitFor();
  const { violations } = await new AxeBuilder({ page }).include('[role=dialog]').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}, 60_000);

test('no page scrolls sideways on a phone, a tablet or a desktop', async () => {
  const wide: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const [name, path] of Object.entries(pages)) {
      await open(path);
      const needed = await page.evaluate(() => document.documentElement.scrollWidth);
      if (needed > width) wide.push(`${name} at ${width} needs ${needed}`);
    }
  }
  expect(wide).toEqual([]);
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
