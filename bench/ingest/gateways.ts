/** Gateways alone, with broker and database as careful as in production: nobody reads what they publish. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { migrate } from '@leads/database';
import { provisionTopics } from '@leads/kafka';
import { startProcess, startServiceProcess, writeServiceKeys } from '@leads/testing';
import { inThrowAwayPlace, startInfrastructure } from '@leads/tools';

const APP = new URL('../../apps/ingest-gateway/', import.meta.url);

export interface Gateways {
  /** Starts one; all of them have the same database. @returns the lead address of a published connection at it */
  start: (settings?: Record<string, string>) => Promise<string>;
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
      const addressKey = randomBytes(24).toString('base64url');
      const addressKeyHash = createHash('sha256').update(addressKey).digest('hex');
      await query(
        database.url,
        `insert into gateway.connections (connection_id, version, state, address_key_hash)
         values ('${randomUUID()}', 1, 'published', '${addressKeyHash}')`,
      );
      return await work({
        start: async (settings = {}) => {
          const gateway = await startServiceProcess(APP, {
            DATABASE_URL: database.url,
            KAFKA_BROKERS: broker.brokers,
            // One address stands for many here.
            POSTS_PER_MINUTE: '10000000',
            ...keys.settingsOf('ingest-gateway'),
            ...settings,
          });
          ends.push(gateway.end);
          return `${gateway.url}/leads/${addressKey}`;
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
