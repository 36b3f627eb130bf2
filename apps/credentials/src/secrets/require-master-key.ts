/** Ends the process with one sentence, before it listens, unless its master key is the right one. */
import { openDatabase } from '@leads/database';
import { createLog, databaseOf, type serviceSettings } from '@leads/service';
import type { z } from 'zod';
import type { CredentialsTables } from '../tables.ts';
import { checkMasterKey, MasterKeyRefused } from './check-master-key.ts';
import type { MasterKeySettings } from './config.ts';
import { openMasterKeys } from './open-master-keys.ts';

type Settings = z.infer<z.ZodObject<typeof serviceSettings>> & MasterKeySettings;

/** Waits for the database where it is not there yet. */
export async function requireMasterKey(settings: Settings): Promise<void> {
  const application = settings.INSTANCE_ID ?? 'credentials';
  const log = createLog({ service: 'credentials', instance: application, level: settings.LOG_LEVEL });
  const database = openDatabase<CredentialsTables>(
    { ...databaseOf(settings), schema: 'credentials', poolSize: 1, application },
    (error) => log.warn({ error }, 'the database connection of the start broke'),
  );
  try {
    await checkMasterKey(database, openMasterKeys(settings), log);
  } catch (error) {
    if (!(error instanceof MasterKeyRefused)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  } finally {
    await database.destroy();
  }
}
