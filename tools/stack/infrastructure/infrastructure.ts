/** Broker and database, started side by side. */
import { startBroker } from './broker.ts';
import type { Broker } from './broker-settings.ts';
import { stackSettings } from '../config.ts';
import type { StackSettings, Way } from '../config.ts';
import { startDatabase } from './database.ts';
import type { Database } from './database-settings.ts';
import { chooseWay } from './docker.ts';
import type { Say } from '../processes/narrator.ts';
import { freePorts } from './ports.ts';
import type { Shutdown } from '../processes/shutdown.ts';

export interface Infrastructure {
  readonly way: Way;
  readonly broker: Broker;
  readonly database: Database;
  stop(): Promise<void>;
}

export interface InfrastructureOptions {
  readonly dataDir: string;
  /** 0 or absent: a free one. */
  readonly ports?: { kafka?: number; kafkaController?: number; postgres?: number };
  /** Docker volumes that keep the data between runs; absent throws it away. */
  readonly volumes?: { kafka: string; postgres: string };
  /** See DatabaseOptions. */
  readonly careless: boolean;
  readonly settings?: StackSettings;
  /** The way that an earlier run with this data took. */
  readonly way?: Way | undefined;
  readonly say: Say;
  readonly shutdown?: Shutdown;
}

/** Starts both, or neither: where one fails, or an end is asked for meanwhile, the other is stopped again. */
export async function startInfrastructure(options: InfrastructureOptions): Promise<Infrastructure> {
  const { dataDir, ports = {}, volumes, careless, say, shutdown } = options;
  const settings = options.settings ?? stackSettings();
  // What is secured is made here, and asks no container engine.
  const way =
    settings.profile === 'production'
      ? 'local'
      : await chooseWay({ ...settings, way: settings.way ?? options.way }, say);
  const free = await freePorts(3);
  const starting = [
    startBroker({
      way,
      profile: settings.profile,
      settings,
      dataDir,
      say,
      volume: volumes?.kafka,
      port: ports.kafka || (free[0] ?? 0),
      controllerPort: ports.kafkaController || (free[1] ?? 0),
    }),
    startDatabase({
      way,
      profile: settings.profile,
      settings,
      dataDir,
      say,
      volume: volumes?.postgres,
      careless,
      port: ports.postgres || (free[2] ?? 0),
    }),
  ] as const;
  const stop = async (): Promise<void> => {
    const started = await Promise.allSettled(starting);
    await Promise.all(started.flatMap((part) => (part.status === 'fulfilled' ? [part.value.stop()] : [])));
  };
  try {
    const both = Promise.all(starting);
    const [broker, database] = await Promise.race(shutdown ? [both, shutdown.interrupted] : [both]);
    return { way, broker, database, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What specs read to find both, and what makes an end-to-end spec take the same way. */
export function testVariables({ broker, database, way }: Infrastructure): Record<string, string> {
  return { TEST_KAFKA_BROKERS: broker.brokers, TEST_DATABASE_URL: database.url, STACK: way };
}
