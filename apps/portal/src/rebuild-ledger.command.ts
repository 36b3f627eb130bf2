/** `npm run rebuild-ledger`: the ledger anew from the topics; the portal must be stopped, and reads when it starts. */
import { COMMAND_LIMITS, openDatabase } from '@leads/database';
import { GroupInUse } from '@leads/kafka';
import { createLog } from '@leads/service';
import { rebuildSettings } from './ledger/config.ts';
import { rebuildLedger } from './ledger/rebuild-ledger.ts';
import type { PortalTables } from './tables.ts';

const { server, kafka, retention } = rebuildSettings();
const log = createLog({ service: 'rebuild-ledger', instance: 'command', level: 'warn' });
const database = openDatabase<PortalTables>(
  { ...server, schema: 'portal', poolSize: 2, application: 'rebuild-ledger', limits: COMMAND_LIMITS },
  (error) => log.warn({ error }, 'an idle database connection broke'),
);
try {
  const { leads, kept } = await rebuildLedger(database, kafka, retention);
  process.stdout.write(
    `${leads} leads are read from the topics again as soon as the portal starts. ${kept} stay as they were: their records have gone from the topics, or are older than leads are kept.\n`,
  );
} catch (error) {
  const what =
    error instanceof GroupInUse
      ? 'The portal is running. Stop every instance of it, wait ten seconds, and run this again.'
      : `The ledger could not be emptied: ${String(error)}. Check that broker and database are up, and run this again.`;
  process.stderr.write(`${what} Nothing is lost.\n`);
  process.exitCode = 1;
} finally {
  await database.destroy();
}
