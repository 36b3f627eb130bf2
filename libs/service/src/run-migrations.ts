/** The command behind each service's `migrate.js`. */
import { migrate } from '@leads/database';
import { migrationSettings } from './config.ts';

/** Brings one schema up to date and says what it did; a failure is one sentence and exit code 1. */
export async function runMigrations(options: { schema: string; folder: URL }): Promise<void> {
  const { DATABASE_URL: url } = migrationSettings();
  try {
    const ran = await migrate({ url, ...options });
    const what = ran.length === 0 ? 'is up to date' : `ran ${ran.join(', ')}`;
    process.stdout.write(`The schema ${options.schema} ${what}.\n`);
  } catch (error) {
    process.stderr.write(`The schema ${options.schema} could not be brought up to date. ${String(error)}\n`);
    process.exitCode = 1;
  }
}
