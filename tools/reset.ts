/** `npm run reset`: clears what `npm start` keeps between runs. */
import { existsSync, rmSync } from 'node:fs';
import { runCommand } from './stack/command.ts';
import { removeVolumes } from './stack/docker.ts';
import { localDir, localVolumes, lockFile, recall } from './stack/local-data.ts';
import { takeLock } from './stack/lock.ts';

await runCommand(async () => {
  if (!existsSync(localDir)) {
    process.stdout.write('There is nothing to clear: .local/ does not exist.\n');
    return 0;
  }
  takeLock(lockFile, 'Nothing was cleared.');
  if (recall()?.way === 'docker') await removeVolumes(Object.values(localVolumes));
  rmSync(localDir, { recursive: true, force: true });
  process.stdout.write(
    'Cleared .local/: leads, mails, connections, keys and logs of earlier runs are gone.\n',
  );
  return 0;
});
