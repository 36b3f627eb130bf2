/** A real Chromium for specs and screenshots: the machine's own, or the one that npm brought. */
import npmChromium from '@sparticuz/chromium';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { installedBrowser } from './config.ts';

/** Chromium refuses its own sandbox to root, who runs containers and build machines. */
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

/** Unpacks the one that npm brought, where it is needed: two specs that do it at once would meet. */
export async function prepareBrowser(): Promise<void> {
  if (installedBrowser() === undefined) await npmChromium.executablePath();
}

/** @throws where there is none that runs here; the message says how to bring one */
export async function openBrowser(): Promise<Browser> {
  const executablePath = installedBrowser() ?? (await npmChromium.executablePath());
  try {
    return await chromium.launch({ executablePath, args: ARGUMENTS });
  } catch (cause) {
    throw new Error(
      `No browser runs here: ${executablePath} did not start. Install Chromium, or set CHROME_PATH to one.`,
      { cause },
    );
  }
}

/** A person's browser: nothing of anybody else's in it, English, in UTC so that times read alike everywhere. */
export function personAt(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    ...options,
  });
}
