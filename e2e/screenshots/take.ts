/** `npm run screenshots`: every scene at three widths in light and dark, for people to look at. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openBrowser, personAt } from '../browser/open-browser.ts';
import { signIn } from '../browser/sign-in.ts';
import { accounts, allScenes, type Scene } from './scenes.ts';
import { onStage } from './stage.ts';

const folder = join(import.meta.dirname, '..', '..', '.local', 'screenshots');
const WIDTHS = [390, 768, 1440];
const SCHEMES = ['light', 'dark'] as const;

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
process.stderr.write('Starting a stack for the screenshots …\n');
await onStage(async (stage) => {
  const browser = await openBrowser();
  const pages = new Map<Scene['who'], Page>();
  try {
    for (const { name, who, show } of allScenes()) {
      process.stderr.write(`${name} …\n`);
      let page = pages.get(who);
      if (!page) {
        page = await (await personAt(browser)).newPage();
        page.setDefaultTimeout(30_000);
        pages.set(who, page);
        if (who !== 'nobody') await signIn(page, stage.portalUrl, accounts[who]);
      }
      await page.setViewportSize({ width: 1440, height: 900 });
      await show(page, stage);
      await take(page, name);
    }
  } finally {
    await browser.close();
  }
});
process.stdout.write(`${folder}\n`);

async function take(page: Page, name: string): Promise<void> {
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
