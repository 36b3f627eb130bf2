/** Whether a Docker engine answers here, and whether it has, or can get, the images that the stack runs. */
import type { GenericContainer } from 'testcontainers';
import type { StackSettings, Way } from '../config.ts';
import { Unready } from '../failure.ts';
import { during } from '../processes/narrator.ts';
import type { Say } from '../processes/narrator.ts';

export const kafkaImage = 'apache/kafka:4.3.1';
export const postgresImage = 'postgres:18';

const docs = 'https://docs.docker.com/get-started/get-docker/';

/**
 * Which way Kafka and PostgreSQL are found this time: the forced one; else Docker where an engine answers and has the
 * images; else local.
 */
export async function chooseWay(settings: StackSettings, say: Say): Promise<Way> {
  if (settings.way === 'local') return 'local';
  if (settings.kafkaBrokers !== undefined && settings.databaseUrl !== undefined) return 'local';
  const forced = settings.way === 'docker';
  if (!(await engineAnswers())) {
    if (!forced) return 'local';
    throw new Unready(
      `STACK=docker, and no Docker engine answers here. Start Docker (${docs}), or leave STACK out to run Kafka and PostgreSQL without it. Nothing was started.`,
    );
  }
  const missing = await imageThatCannotBeHad(say);
  if (missing === undefined) return 'docker';
  const reason = `the image ${missing.image} could not be had (${missing.reason})`;
  if (forced) throw new Unready(`STACK=docker, and ${reason}. Nothing was started.`);
  say(`A Docker engine answers, but ${reason}: running Kafka and PostgreSQL without it.`);
  return 'local';
}

async function engineAnswers(): Promise<boolean> {
  try {
    const { getContainerRuntimeClient } = await import('testcontainers');
    await getContainerRuntimeClient();
    return true;
  } catch {
    return false;
  }
}

async function imageThatCannotBeHad(say: Say): Promise<{ image: string; reason: string } | undefined> {
  const { getContainerRuntimeClient, getReaper, ImageName } = await import('testcontainers');
  const client = await getContainerRuntimeClient();
  for (const image of [kafkaImage, postgresImage]) {
    const name = ImageName.fromString(image);
    try {
      if (await client.image.exists(name)) continue;
      await during(say, `Pulling ${image}`, client.image.pull(name));
    } catch (error) {
      return { image, reason: error instanceof Error ? error.message.trim() : String(error) };
    }
  }
  try {
    // Removes the containers of a launcher that was killed; asked for once, or two parts would each start one.
    await during(say, 'Starting the Testcontainers reaper', getReaper(client));
  } catch (error) {
    return {
      image: 'testcontainers/ryuk',
      reason: error instanceof Error ? error.message.trim() : String(error),
    };
  }
  return undefined;
}

/** A container whose port only this machine can reach. */
export async function loopbackContainer(
  image: string,
  port: { container: number; host: number },
): Promise<GenericContainer> {
  const { GenericContainer: Container } = await import('testcontainers');
  class LoopbackContainer extends Container {
    protected override beforeContainerCreated(): Promise<void> {
      const bindings = Object.values(
        (this.hostConfig.PortBindings ?? {}) as Record<string, { HostIp?: string }[]>,
      );
      for (const binding of bindings.flat()) binding.HostIp = '127.0.0.1';
      return Promise.resolve();
    }
  }
  return new LoopbackContainer(image).withExposedPorts(port);
}

/** What of a Docker engine's client removes a volume. */
export interface VolumeKeeper {
  getVolume(name: string): { remove(): Promise<unknown> };
}

/** The engine that answers here; undefined where none does. */
export async function volumeKeeper(): Promise<VolumeKeeper | undefined> {
  if (!(await engineAnswers())) return undefined;
  const { getContainerRuntimeClient } = await import('testcontainers');
  return (await getContainerRuntimeClient()).container.dockerode;
}

/**
 * Removes those of the named volumes that exist, and answers their names. Throws Unready with the first that the engine
 * does not let go, because a container still has it.
 */
export async function removeVolumes(keeper: VolumeKeeper, names: readonly string[]): Promise<string[]> {
  const removed: string[] = [];
  for (const name of names) {
    try {
      await keeper.getVolume(name).remove();
      removed.push(name);
    } catch (error) {
      const { statusCode, message } = error as { statusCode?: number; message?: string };
      if (statusCode === 404) continue;
      throw new Unready(
        `The Docker volume ${name} could not be removed (${message?.trim() ?? String(error)}), and .local/ was left as it is. Remove the container that uses it (docker ps -a --filter volume=${name}), then run npm run reset again.`,
      );
    }
  }
  return removed;
}
