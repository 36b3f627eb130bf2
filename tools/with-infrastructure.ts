/**
 * `node tools/with-infrastructure.ts <program> [arguments]`: runs a program on the broker and the database that
 * TEST_KAFKA_BROKERS and TEST_DATABASE_URL name, or else on ones that are booted for it and gone after it.
 */
import { inThrowAwayFolder, runCommand } from './stack/processes/command.ts';
import { testInfrastructure } from './stack/config.ts';
import { startInfrastructure, testVariables } from './stack/infrastructure/infrastructure.ts';
import { sayOnStderr as say } from './stack/processes/narrator.ts';
import { runInView } from './stack/processes/process.ts';

const [program = '', ...args] = process.argv.slice(2);
const { brokers, databaseUrl } = testInfrastructure();

await runCommand(async (shutdown) => {
  if (brokers !== undefined && databaseUrl !== undefined) return runInView(program, args, { shutdown });
  return inThrowAwayFolder('leads-test', async (dataDir) => {
    const infrastructure = await startInfrastructure({ dataDir, careless: true, say, shutdown });
    try {
      return await runInView(program, args, { env: testVariables(infrastructure), shutdown });
    } finally {
      await infrastructure.stop();
    }
  });
});
