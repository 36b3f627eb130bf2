/** After the specs of a run: ends what their stacks shared. */
import { rmSync } from 'node:fs';

export default async function stop() {
  const { dataDir, stop } = globalThis.sharedByStacks;
  await stop();
  rmSync(dataDir, { recursive: true, force: true });
}
