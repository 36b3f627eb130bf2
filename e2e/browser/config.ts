/** Which browser the specs drive: `CHROME_PATH`, or the first Chromium on the PATH, or none. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @returns undefined where the machine has none */
export function installedBrowser(): string | undefined {
  const given = process.env['CHROME_PATH'];
  if (given) return given;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}
