/** `npm run reset`: clears what `npm start` keeps between runs, whichever way they went. */
import { existsSync, rmSync } from 'node:fs';
import { runCommand } from './stack/processes/command.ts';
import { removeVolumes, volumeKeeper } from './stack/infrastructure/docker.ts';
import { describeReset, localDir, localVolumes, lockFile } from './stack/facts/local-data.ts';
import { takeLock } from './stack/processes/lock.ts';

await runCommand(async () => {
  const local = existsSync(localDir);
  const release = takeLock(lockFile, 'Nothing was cleared.');
  try {
    const keeper = await volumeKeeper();
    // Before the keys to what they hold: a volume that cannot be removed must stay readable.
    const volumes = keeper && (await removeVolumes(keeper, Object.values(localVolumes)));
    rmSync(localDir, { recursive: true, force: true });
    process.stdout.write(`${describeReset({ local, volumes })}\n`);
    return 0;
  } finally {
    release();
  }
});
