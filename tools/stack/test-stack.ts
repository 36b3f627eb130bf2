/** A throw-away stack for one end-to-end spec, on a broker and a database server that all specs of a run share. */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contoso, contosoPublisher } from '@leads/testing';
import { fixedPorts, type Profile, stackSettings, testInfrastructure, testProfile } from './config.ts';
import { publishConnection, untilAccepted } from './facts/connection.ts';
import type { PublishedConnection } from './facts/connection.ts';
import type { Broker } from './infrastructure/broker-settings.ts';
import { createDatabaseBeside } from './infrastructure/database.ts';
import type { Database } from './infrastructure/database-settings.ts';
import { findLeaks, type Leaks, refuseLeaks } from './leaks/find-leaks.ts';
import { hearAnswers } from './leaks/hear-answers.ts';
import { alsoKnow } from './leaks/known-secrets.ts';
import { saySilently } from './processes/narrator.ts';
import { freeInsteadOf } from './infrastructure/ports.ts';
import { databaseOnShared, sharedBroker } from './infrastructure/shared-secured.ts';
import { startStack } from './stack.ts';
import type { Stack, StackOptions } from './stack.ts';

export interface TestStack extends Stack {
  /** Contoso's published connection, which the gateway takes leads for. */
  readonly connection: PublishedConnection;
  /** Logs of the services and the emulators. */
  readonly logDir: string;
  /**
   * Adds to what the stack must not let out: a secret that only the spec knows, by a name that may be shown. What had
   * that name before is looked for all the same.
   */
  know(name: string, secret: string): void;
  /**
   * Looks for all that it knows in all that it has written and answered; under the production profile alone.
   * @param more secrets that it does not know, and answers that were not given to `fetch`
   */
  findLeaks(more?: { known?: ReadonlyMap<string, string>; answers?: string }): Promise<Leaks>;
}

/**
 * Boots it with a topic prefix, a database and roles of its own. `stop` leaves nothing of it, and under the production
 * profile throws where anything secret had been let out.
 */
export async function startTestStack(
  options: Pick<StackOptions, 'writers' | 'serviceSettings'> & { profile?: Profile } = {},
): Promise<TestStack> {
  const { profile = testProfile() } = options;
  const name = `e2e-${randomUUID().slice(0, 8)}`;
  const dataDir = mkdtempSync(join(tmpdir(), `leads-${name}-`));
  const logDir = join(dataDir, 'logs');
  chmodSync(dataDir, 0o711);
  const { broker, database, drop } = await (profile === 'plain' ? plainOnes(name) : securedOnes(name));
  const clear = async (): Promise<void> => {
    await drop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const stack = await startStack({
      ...options,
      dataDir,
      ports: await freeInsteadOf(fixedPorts()),
      topicPrefix: `${name}.`,
      infrastructure: { way: 'local', broker, database },
      settings: { ...stackSettings(), profile },
      say: saySilently,
    });
    const answers = hearAnswers(() =>
      Object.values(stack.services).flatMap(({ url, healthUrl }) => [url, healthUrl]),
    );
    const end = async (): Promise<void> => {
      answers.stop();
      await stack.stop();
      await clear();
    };
    try {
      await stack.registerPublisher(contosoPublisher);
      const connection = await publishConnection(stack.credentialsApi, contoso);
      await untilAccepted(connection.leadAddress);
      const known = new Map([['the lead address', connection.leadAddress.split('/').at(-1) ?? '']]);
      // The stack's own properties are getters in part: a copy would freeze them.
      return Object.assign(Object.create(stack) as Stack, {
        connection,
        logDir,
        know: (secretName: string, secret: string) => alsoKnow(known, secretName, secret),
        findLeaks: (more: Parameters<TestStack['findLeaks']>[0] = {}) =>
          findLeaks(
            stack,
            logDir,
            new Map([...known, ...(more.known ?? [])]),
            `${answers.text()}\n${more.answers ?? ''}`,
          ),
        async stop() {
          try {
            if (profile === 'production') refuseLeaks(await findLeaks(stack, logDir, known, answers.text()));
          } finally {
            await end();
          }
        },
      });
    } catch (error) {
      await end();
      throw error;
    }
  } catch (error) {
    // What is left of the folder has the logs.
    await drop();
    throw error;
  }
}

interface Infrastructure {
  broker: Broker;
  database: Database;
  drop: () => Promise<void>;
}

/** Those that `npm test` booted for all specs, with a database of this stack's own. */
async function plainOnes(name: string): Promise<Infrastructure> {
  const { brokers, databaseUrl } = testInfrastructure();
  if (brokers === undefined || databaseUrl === undefined) {
    throw new Error(
      'TEST_KAFKA_BROKERS and TEST_DATABASE_URL are not set: run the tests with "npm test", or boot both with "npm run infra" and take over the line that it prints.',
    );
  }
  const { url, drop } = await createDatabaseBeside(databaseUrl, name);
  const outlives = { origin: 'npm test', process: undefined, stop: () => Promise.resolve() };
  return { broker: { ...outlives, brokers }, database: { ...outlives, url }, drop };
}

/** Those that Jest booted for all end-to-end specs. */
async function securedOnes(name: string): Promise<Infrastructure> {
  return { broker: sharedBroker(), ...(await databaseOnShared(name)) };
}
