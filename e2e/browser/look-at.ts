/** What a page must be for everybody: seen in either colours, without a fault that axe finds, at any width. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

export const COLOUR_SCHEMES = ['light', 'dark'] as const;
const WIDTHS = [320, 390, 768, 1440];

/** Settles when nothing moves or fades any more: what fades in is paler than it will be. */
export async function comeToRest(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document.getAnimations().every(({ playState }) => playState !== 'running'),
  );
}

/** Settles when the page is drawn in these colours, by the theme that it says of itself. */
export async function showIn(page: Page, colorScheme: (typeof COLOUR_SCHEMES)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.waitForFunction((scheme) => document.documentElement.style.colorScheme === scheme, colorScheme);
  await comeToRest(page);
}

/**
 * What axe finds at two looks: what is gone at the second was on its way to what it is to be, like a button that has
 * just become usable.
 * @param part a selector; the whole page where there is none
 */
export async function axeFaults(page: Page, part?: string): Promise<string[]> {
  const first = await look(page, part);
  if (first.length === 0) return [];
  await comeToRest(page);
  const second = new Set(await look(page, part));
  return first.filter((fault) => second.has(fault));
}

async function look(page: Page, part?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (part === undefined ? axe : axe.include(part)).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** The widths, of a phone, a tablet and a desktop, at which a page scrolls sideways; `ready` brings it there. */
export async function tooWide(
  page: Page,
  ready: () => Promise<void> = () => comeToRest(page),
): Promise<string[]> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await ready();
    const needed = await page.evaluate(() => document.documentElement.scrollWidth);
    if (needed > width) found.push(`at ${width} it needs ${needed}`);
  }
  return found;
}
