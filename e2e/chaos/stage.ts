/** A stack whose broker and database can be restarted, or killed, under it. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Arena, arenaOn, inThrowAwayPlace, startBroker, startDatabase, startStack } from '@leads/tools';

export interface Chaos {
  arena: Arena;
  restartBroker: () => Promise<void>;
  restartDatabase: () => Promise<void>;
  /** Kill it at once, and start it again. */
  killBroker: () => Promise<void>;
  killDatabase: () => Promise<void>;
}

/** What is left of a killed database holds its memory for a moment. */
const STARTS_AT_MOST = 20;
const START_EVERY_MS = 250;

/**
 * Boots it from local processes (a container could not be killed like one), and ends it after the work.
 * @param options.careful whether the database keeps what it has committed when it is killed
 */
export async function inChaos<Result>(
  { careful = false, ...options }: { writers: number; careful?: boolean },
  work: (chaos: Chaos) => Promise<Result>,
): Promise<Result> {
  return inThrowAwayPlace(async (place) => {
    const common = {
      way: 'local',
      profile: 'plain',
      settings: { kafkaBrokers: undefined, databaseUrl: undefined },
      dataDir: place.dataDir,
      volume: undefined,
      say: place.say,
    } as const;
    const broker = (): ReturnType<typeof startBroker> =>
      startBroker({
        ...common,
        port: place.ports.kafka.port,
        controllerPort: place.ports.kafkaController.port,
      });
    const database = (): ReturnType<typeof startDatabase> =>
      startDatabase({ ...common, port: place.ports.postgres.port, careless: !careful });
    const running = { broker: await broker(), database: await database() };
    const stack = await startStack({ ...place, ...options, infrastructure: { way: 'local', ...running } });
    try {
      return await arenaOn(stack, place, (arena) =>
        work({
          arena,
          async restartBroker() {
            await running.broker.stop();
            running.broker = await broker();
          },
          async restartDatabase() {
            await running.database.stop();
            running.database = await database();
          },
          async killBroker() {
            await running.broker.process?.kill('SIGKILL');
            running.broker = await atLast(broker);
          },
          async killDatabase() {
            await running.database.process?.kill('SIGKILL');
            running.database = await atLast(database);
          },
        }),
      );
    } finally {
      await stack.stop();
      await Promise.all([running.broker.stop(), running.database.stop()]);
    }
  });
}

async function atLast<Started>(start: () => Promise<Started>): Promise<Started> {
  for (let starts = 1; ; starts += 1) {
    try {
      return await start();
    } catch (error) {
      if (starts === STARTS_AT_MOST) throw error;
      await delay(START_EVERY_MS);
    }
  }
}
