/** `npm run rotate-master-key`: a new master key for everything that is stored, while the service goes on. */
import { COMMAND_LIMITS, openDatabase } from '@leads/database';
import { createLog } from '@leads/service';
import type { CredentialsTables } from '../tables.ts';
import { MasterKeyRefused } from './check-master-key.ts';
import { secretsCommandSettings } from './config.ts';
import { addKeyToFile } from './key-ring.ts';
import { openMasterKeys } from './open-master-keys.ts';
import { type Rotation, rotateMasterKey, RotationUnderWay } from './rotate-master-key.ts';

const settings = secretsCommandSettings();
const { server, MASTER_KEY_FILE: file } = settings;
const log = createLog({ service: 'rotate-master-key', instance: 'command', level: 'warn' });
const database = openDatabase<CredentialsTables>(
  { ...server, schema: 'credentials', poolSize: 2, application: 'rotate-master-key', limits: COMMAND_LIMITS },
  (error) => log.warn({ error }, 'an idle database connection broke'),
);
try {
  const rotation = await rotateMasterKey({
    database,
    masterKeys: openMasterKeys(settings),
    addKey: file === undefined ? undefined : () => addKeyToFile(file),
    now: () => new Date(),
    log,
  });
  process.stdout.write(`${describe(rotation)}\n`);
} catch (error) {
  const expected = error instanceof MasterKeyRefused || error instanceof RotationUnderWay;
  process.stderr.write(`${expected ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await database.destroy();
}

function describe({ kind, masterKeyId, rewrapped }: Rotation): string {
  if (kind === 'nothing to do') {
    return `Everything is under the newest master key (${masterKeyId}) already. Put a new key in first where the keys are kept, then run this again.`;
  }
  const done = `${rewrapped} secrets are now under the master key ${masterKeyId}.`;
  return file === undefined
    ? done
    : `${done} It stands first in the key file. The older keys stand below it: they open backups made before now, and nothing else; remove their lines when no such backup is needed.`;
}
