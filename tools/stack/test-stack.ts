/** A throw-away stack for one end-to-end spec, on the broker and the database that `npm test` booted for all. */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contoso, contosoPublisher } from '@leads/testing';
import { fixedPorts, type Profile, stackSettings, testInfrastructure } from './config.ts';
import { publishConnection, untilAccepted } from './facts/connection.ts';
import type { PublishedConnection } from './facts/connection.ts';
import { startBroker } from './infrastructure/broker.ts';
import { createDatabaseBeside } from './infrastructure/database.ts';
import { saySilently } from './processes/narrator.ts';
import { freeInsteadOf } from './infrastructure/ports.ts';
import { startStack } from './stack.ts';
import type { Stack, StackOptions } from './stack.ts';

export interface TestStack extends Stack {
  /** Contoso's published connection, which the gateway takes leads for. */
  readonly connection: PublishedConnection;
  /** Logs of the services and the emulators. */
  readonly logDir: string;
}

/** Boots it with a topic prefix and a database of its own, and under the production profile a broker too; `stop` leaves nothing of it but, after `keepLogs`, its logs. */
export async function startTestStack(
  options: Pick<StackOptions, 'writers' | 'serviceSettings'> & { profile?: Profile } = {},
): Promise<TestStack> {
  const { profile = stackSettings().profile } = options;
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
  const ports = await freeInsteadOf(fixedPorts());
  const nothing = (): Promise<void> => Promise.resolve();
  const running = { brokers, origin: 'npm test', process: undefined, stop: nothing };
  const broker =
    profile === 'plain'
      ? running
      : await startBroker({
          ...{ way: 'local', profile, dataDir, say: saySilently, volume: undefined },
          ...{ port: ports.kafka.port, controllerPort: ports.kafkaController.port },
          settings: { kafkaBrokers: undefined },
        });
  const clear = async (): Promise<void> => {
    await broker.stop();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const stack = await startStack({
      ...options,
      dataDir,
      ports,
      topicPrefix: `${name}.`,
      infrastructure: {
        way: 'local',
        broker,
        database: { url: database.url, origin: 'npm test', process: undefined, stop: nothing },
      },
      settings: { ...stackSettings(), profile, kafkaBrokers: brokers, databaseUrl: database.url },
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
    await broker.stop();
    await database.drop();
    throw error;
  }
}
