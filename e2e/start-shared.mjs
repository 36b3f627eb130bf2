/** Before the specs of a run: the broker and the database, secured as in production, that their stacks share, and a browser. */
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shareSecured } from '@leads/tools';
import { prepareBrowser } from './browser/open-browser.ts';

export default async function start() {
  const dataDir = mkdtempSync(join(tmpdir(), 'leads-e2e-shared-'));
  // Its owner is not who runs the database in it.
  chmodSync(dataDir, 0o711);
  const [stop] = await Promise.all([shareSecured(dataDir), prepareBrowser()]);
  globalThis.sharedByStacks = { dataDir, stop };
}
