/** `npm run publish-again`: every connection once more on connections.v1, by the service while it runs or when it starts. */
import { COMMAND_LIMITS, openDatabase } from '@leads/database';
import { connectionsCommandSettings } from './connections/config.ts';
import { publishAgain } from './connections/publish-again.ts';
import type { CredentialsTables } from './tables.ts';

const database = openDatabase<CredentialsTables>(
  {
    ...connectionsCommandSettings(),
    ...{ schema: 'credentials', poolSize: 1, application: 'publish-connections', limits: COMMAND_LIMITS },
  },
  () => undefined,
);
try {
  const count = await publishAgain(database);
  process.stdout.write(`${count} connections are published once more.\n`);
} catch (error) {
  process.stderr.write(`Not every connection is published once more: ${String(error)}. Run this again.\n`);
  process.exitCode = 1;
} finally {
  await database.destroy();
}
