/** A throw-away stack for one end-to-end spec, on the broker and the database that `npm test` booted for all. */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixedPorts, stackSettings, testInfrastructure } from './config.ts';
import { contoso, contosoPublisher, publishConnection, untilAccepted } from './connection.ts';
import type { PublishedConnection } from './connection.ts';
import { createDatabaseBeside } from './database.ts';
import { saySilently } from './narrator.ts';
import { freeInsteadOf } from './ports.ts';
import { startStack } from './stack.ts';
import type { Stack, StackOptions } from './stack.ts';

export interface TestStack extends Stack {
  /** Contoso's published connection, which the gateway takes leads for. */
  readonly connection: PublishedConnection;
  /** Logs of the services and the emulators. */
  readonly logDir: string;
}

/** Boots it with a topic prefix and a database of its own; `stop` leaves nothing of it but, after `keepLogs`, its logs. */
export async function startTestStack(
  options: Pick<StackOptions, 'writers' | 'serviceSettings'> = {},
): Promise<TestStack> {
  const { brokers, databaseUrl } = testInfrastructure();
  if (brokers === undefined || databaseUrl === undefined) {
    throw new Error(
      'TEST_KAFKA_BROKERS and TEST_DATABASE_URL are not set: run the tests with "npm test", or boot both with "npm run infra" and take over the line that it prints.',
    );
  }
  const name = `e2e-${randomUUID().slice(0, 8)}`;
  const dataDir = mkdtempSync(join(tmpdir(), `leads-${name}-`));
  chmodSync(dataDir, 0o711);
  const database = await createDatabaseBeside(databaseUrl, name);
  const nothing = (): Promise<void> => Promise.resolve();
  const clear = async (): Promise<void> => {
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const stack = await startStack({
      ...options,
      dataDir,
      ports: await freeInsteadOf(fixedPorts()),
      topicPrefix: `${name}.`,
      infrastructure: {
        way: 'local',
        broker: { brokers, origin: 'npm test', process: undefined, stop: nothing },
        database: { url: database.url, origin: 'npm test', process: undefined, stop: nothing },
      },
      settings: { ...stackSettings(), kafkaBrokers: brokers, databaseUrl: database.url },
      say: saySilently,
    });
    const stop = async (): Promise<void> => {
      await stack.stop();
      await clear();
    };
    try {
      await stack.registerPublisher(contosoPublisher);
      const connection = await publishConnection(stack.credentialsApi, contoso);
      await untilAccepted(connection.leadAddress);
      // The stack's own properties are getters in part: a copy would freeze them.
      return Object.assign(Object.create(stack) as Stack, {
        connection,
        stop,
        logDir: join(dataDir, 'logs'),
      });
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    await database.drop();
    throw error;
  }
}
