/** A stack whose broker and database can be restarted under it. */
import { type Arena, arenaOn, inThrowAwayPlace, startBroker, startDatabase, startStack } from '@leads/tools';

export interface Chaos {
  arena: Arena;
  restartBroker: () => Promise<void>;
  restartDatabase: () => Promise<void>;
}

/** Boots it from local processes (a container could not be killed like one), and ends it after the work. */
export async function inChaos<Result>(
  options: { writers: number },
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
      startDatabase({ ...common, port: place.ports.postgres.port, careless: true });
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
        }),
      );
    } finally {
      await stack.stop();
      await Promise.all([running.broker.stop(), running.database.stop()]);
    }
  });
}
