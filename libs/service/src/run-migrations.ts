/** The command behind each service's `migrate.js`: `migrate.js` migrates, `migrate.js plan` says what that would run. */
import { migrate, planMigrations, prepareServiceRole, type Track } from '@leads/database';
import { migrationSettings } from './config.ts';

const USAGE = 'Say nothing more to migrate, or plan to see what that would run.\n';

/** Brings one schema up to date and says what it did; a failure is one sentence and exit code 1. */
export async function runMigrations(options: {
  schema: string;
  folder: URL;
  libraries?: readonly Track[];
}): Promise<void> {
  const { schema } = options;
  const [command, ...more] = process.argv.slice(2);
  if (more.length > 0 || (command !== undefined && command !== 'plan')) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const { server, role } = migrationSettings();
  const named = (names: string[], verb: string): string =>
    names.length === 0 ? 'is up to date' : `${verb} ${names.join(', ')}`;
  try {
    const { pending, ahead } = await planMigrations({ ...server, ...options });
    if (ahead.length > 0) {
      process.stderr.write(
        `The schema ${schema} is ahead of this version, which does not know ${ahead.join(', ')}. ` +
          'Start the newer version, unless you went back on purpose.\n',
      );
    }
    const isPlan = command === 'plan';
    const what = isPlan
      ? named(pending, 'would run')
      : named(await migrate({ ...server, ...options }), 'ran');
    if (role && !isPlan) await prepareServiceRole({ ...server, schema, role });
    process.stdout.write(`The schema ${schema} ${what}.\n`);
  } catch (error) {
    process.stderr.write(`The schema ${schema} could not be brought up to date. ${String(error)}\n`);
    process.exitCode = 1;
  }
}
