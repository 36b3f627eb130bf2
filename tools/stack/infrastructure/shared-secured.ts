/** A secured broker and database for all the stacks of one run of end-to-end specs, which other processes reach. */
import { sharedFacts, stackSettings, tellSharedFacts } from '../config.ts';
import { saySilently } from '../processes/narrator.ts';
import type { Broker } from './broker-settings.ts';
import { createSecuredDatabase } from './database.ts';
import type { Database } from './database-settings.ts';
import { startInfrastructure } from './infrastructure.ts';
import { accessToBroker, type BrokerAccess, type BrokerFacts } from './secured-broker.ts';
import type { DatabaseFacts } from './secured-database.ts';

interface SharedFacts {
  readonly broker: BrokerFacts;
  readonly database: DatabaseFacts;
}

/**
 * Starts both in a folder, and tells the processes that this one starts where they are.
 * @returns how to end them
 */
export async function shareSecured(dataDir: string): Promise<() => Promise<void>> {
  const infrastructure = await startInfrastructure({
    dataDir,
    careless: true,
    settings: {
      ...stackSettings(),
      ...{ profile: 'production', kafkaBrokers: undefined, databaseUrl: undefined },
    },
    say: saySilently,
  });
  const { broker, database } = infrastructure;
  if (!broker.secured || !database.secured) throw new Error('What was started is plain.');
  const { folder, port, mutualPort } = broker.secured;
  const facts: SharedFacts = {
    broker: { folder, port, mutualPort },
    database: { folder: database.secured.folder, port: database.secured.port },
  };
  tellSharedFacts(JSON.stringify(facts));
  return () => infrastructure.stop();
}

const outlives = { origin: 'shared', process: undefined, stop: () => Promise.resolve() };

/** The broker that was shared. */
export function sharedBroker(): Broker & { secured: BrokerAccess } {
  const { broker } = readFacts();
  return { ...outlives, brokers: `127.0.0.1:${broker.port}`, secured: accessToBroker(broker) };
}

/** A database of one's own on the server that was shared, and how to drop it with its roles. */
export async function databaseOnShared(
  name: string,
): Promise<{ database: Database; drop: () => Promise<void> }> {
  const { url, secured, drop } = await createSecuredDatabase(readFacts().database, name);
  return { database: { ...outlives, url, secured }, drop };
}

function readFacts(): SharedFacts {
  const told = sharedFacts();
  if (told !== undefined) return JSON.parse(told) as SharedFacts;
  throw new Error(
    'No secured broker and database are shared here: run end-to-end specs with the Jest configuration of e2e/.',
  );
}
