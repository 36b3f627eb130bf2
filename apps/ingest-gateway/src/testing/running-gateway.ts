/** A gateway with a database and topics of its own, for specs that look at its door. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { migrate, openDatabase } from '@leads/database';
import { provisionTopics } from '@leads/kafka';
import {
  type ServiceProcess,
  startServiceProcess,
  testDatabase,
  testKafka,
  writeServiceKeys,
} from '@leads/testing';
import type { Insertable, Kysely } from 'kysely';
import { addressKeyHash } from '../fingerprint.ts';
import type { GatewayTables } from '../tables.ts';

const APP = new URL('../../', import.meta.url);

interface Answered {
  status: number;
  headers: Headers;
  answer: Record<string, unknown>;
}

export interface RunningGateway {
  process: ServiceProcess;
  database: Kysely<GatewayTables>;
  kafka: ReturnType<typeof testKafka>;
  /** The files and names that sign as a service. */
  keys: Awaited<ReturnType<typeof writeServiceKeys>>;
  /** The key of a new published connection. */
  addConnection: (row?: Partial<Insertable<GatewayTables['connections']>>) => Promise<string>;
  post: (key: string, body: string, init?: RequestInit) => Promise<Answered>;
  end: () => Promise<void>;
}

export async function startGateway(changes: Record<string, string> = {}): Promise<RunningGateway> {
  const kafka = testKafka();
  const [server] = await Promise.all([
    testDatabase((url) => migrate({ url, schema: 'gateway', folder: new URL('migrations/', APP) })),
    provisionTopics(kafka, { replicationFactor: 1 }),
  ]);
  const folder = await mkdtemp(`${tmpdir()}/gateway-`);
  const keys = await writeServiceKeys(folder);
  const database = openDatabase<GatewayTables>(
    { url: server.url, schema: 'gateway', poolSize: 2, application: 'test' },
    () => undefined,
  );
  const process = await startServiceProcess(APP, {
    DATABASE_URL: server.url,
    KAFKA_BROKERS: kafka.brokers.join(),
    KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
    ...keys.settingsOf('ingest-gateway'),
    LOG_LEVEL: 'trace',
    ...changes,
  });
  return {
    ...{ process, database, kafka, keys },
    addConnection: async (row = {}) => {
      const key = randomBytes(24).toString('base64url');
      const known = { connection_id: randomUUID(), version: 1, state: 'published' } as const;
      const values = { ...known, address_key_hash: addressKeyHash(key), ...row };
      await database.insertInto('connections').values(values).execute();
      return key;
    },
    post: async (key, body, init = {}) => {
      const url = `${process.url}/leads/${key}`;
      const response = await fetch(url, { method: 'POST', body, ...init });
      const text = await response.text();
      const answer = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
      return { status: response.status, headers: response.headers, answer };
    },
    end: async () => {
      await process.end();
      await database.destroy();
      await server.drop();
      await rm(folder, { recursive: true });
    },
  };
}

/** A lead that no other test posts. */
export function leadBody(): string {
  return JSON.stringify({
    userDetails: { firstName: 'Ana', lastName: 'Trujillo', email: `${randomUUID()}@adatum.com` },
    leadSource: 'AzureMarketplace',
    offerTitle: 'Contoso Analytics',
  });
}
