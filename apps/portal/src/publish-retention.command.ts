/** `npm run publish-again`: what publishers chose of retention, and their own domains, once more on retention.v1 and publishers.v1, by the portal while it runs or when it starts. */
import { COMMAND_LIMITS, openDatabase } from '@leads/database';
import { registrationSettings } from './access/config.ts';
import { tellAllDomains } from './access/publishers.ts';
import { tellAllDays } from './ledger/chosen-days.ts';
import type { PortalTables } from './tables.ts';

const database = openDatabase<PortalTables>(
  {
    ...registrationSettings(),
    ...{ schema: 'portal', poolSize: 1, application: 'publish-retention', limits: COMMAND_LIMITS },
  },
  () => undefined,
);
try {
  await tellAllDays(database);
  await tellAllDomains(database);
  process.stdout.write('For how long publishers keep leads, and their domains, are published once more.\n');
} catch (error) {
  process.stderr.write(
    `For how long publishers keep leads, or their domains, are not published once more: ${String(error)}. Run this again.\n`,
  );
  process.exitCode = 1;
} finally {
  await database.destroy();
}
