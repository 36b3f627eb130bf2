/**
 * Broker and database alone, in the foreground, for running integration specs by hand. Prints the variables they
 * read, so that another shell can take them over. Options: --kafka-port N --postgres-port N (free ones otherwise).
 */
import { parseArgs } from 'node:util';
import { inThrowAwayFolder, runCommand } from './stack/processes/command.ts';
import { startInfrastructure } from './stack/infrastructure/infrastructure.ts';
import { sayOnStderr } from './stack/processes/narrator.ts';

await runCommand((shutdown) =>
  inThrowAwayFolder('leads-infra', async (dataDir) => {
    const { values } = parseArgs({
      options: { 'kafka-port': { type: 'string' }, 'postgres-port': { type: 'string' } },
    });
    const infrastructure = await startInfrastructure({
      dataDir,
      ports: { kafka: Number(values['kafka-port'] ?? 0), postgres: Number(values['postgres-port'] ?? 0) },
      careless: true,
      say: sayOnStderr,
      shutdown,
    });
    try {
      process.stdout.write(
        `export TEST_KAFKA_BROKERS=${infrastructure.broker.brokers} TEST_DATABASE_URL=${infrastructure.database.url}\n`,
      );
      await shutdown.requested;
    } finally {
      await infrastructure.stop();
    }
    return 0;
  }),
);
