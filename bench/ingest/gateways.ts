/** Gateways alone, with broker and database as careful as in production: nobody reads what they publish. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { migrate } from '@leads/database';
import { provisionTopics } from '@leads/kafka';
import { type ServiceProcess, startProcess, startServiceProcess, writeServiceKeys } from '@leads/testing';
import { inThrowAwayPlace, startInfrastructure } from '@leads/tools';

const APP = new URL('../../apps/ingest-gateway/', import.meta.url);

/** How many connections there are. */
const ADDRESSES = 10;

export interface Gateways {
  /** Starts one; all of them have the same database. @returns the lead address of a published connection at it */
  start: (settings?: Record<string, string>) => Promise<string>;
  /** Starts one with the settings that it has where nobody says another. @returns it, and the lead addresses of connections at it */
  startAsDelivered: () => Promise<{ pid: number; addresses: string[] }>;
  /** Fastify alone, as a process of its own. @returns where it takes posts */
  startBare: () => Promise<string>;
}

/** Does the work beside broker and database, and ends all of them. */
export function inGateways<Result>(work: (gateways: Gateways) => Promise<Result>): Promise<Result> {
  return inThrowAwayPlace(async ({ dataDir, say, query }) => {
    const infrastructure = await startInfrastructure({ dataDir, careless: false, say });
    const { broker, database } = infrastructure;
    const ends: (() => Promise<void>)[] = [];
    try {
      const keys = await writeServiceKeys(dataDir);
      await migrate({ url: database.url, schema: 'gateway', folder: new URL('migrations/', APP) });
      await provisionTopics(
        { brokers: broker.brokers.split(','), clientId: 'bench', topicPrefix: '' },
        { replicationFactor: 1 },
      );
      const addressKeys = Array.from({ length: ADDRESSES }, () => randomBytes(24).toString('base64url'));
      const [addressKey] = addressKeys;
      const rows = addressKeys.map((key) => {
        const addressKeyHash = createHash('sha256').update(key).digest('hex');
        return `('${randomUUID()}', 1, 'published', '${addressKeyHash}')`;
      });
      await query(
        database.url,
        `insert into gateway.connections (connection_id, version, state, address_key_hash) values ${rows.join()}`,
      );
      const startGateway = async (settings: Record<string, string>): Promise<ServiceProcess> => {
        const gateway = await startServiceProcess(APP, {
          DATABASE_URL: database.url,
          KAFKA_BROKERS: broker.brokers,
          ...keys.settingsOf('ingest-gateway'),
          ...settings,
        });
        ends.push(gateway.end);
        return gateway;
      };
      return await work({
        start: async (settings = {}) => {
          // One address stands for many here.
          const { url } = await startGateway({ POSTS_PER_MINUTE: '10000000', ...settings });
          return `${url}/leads/${addressKey}`;
        },
        startAsDelivered: async () => {
          const { url, pid } = await startGateway({});
          return { pid, addresses: addressKeys.map((key) => `${url}/leads/${key}`) };
        },
        startBare: async () => {
          const bare = startProcess(new URL('bare-fastify.mjs', import.meta.url), {});
          ends.push(bare.end);
          const [, url = ''] = await bare.says(/"address":"([^"]+)"/);
          return `${url}/leads/${addressKey}`;
        },
      });
    } finally {
      await Promise.all(ends.map((end) => end()));
      await infrastructure.stop();
    }
  });
}
