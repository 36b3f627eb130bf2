/** Apache Kafka for the stack: one that already runs, one in a container, or one from its Maven artifacts. */
import { kafkaImage, loopbackContainer } from './docker.ts';
import { Unready } from '../failure.ts';
import { startBrokerFromMaven } from './broker-from-maven.ts';
import { singleNodeSettings } from './broker-settings.ts';
import type { Broker, BrokerOptions } from './broker-settings.ts';
import { during } from '../processes/narrator.ts';
import { accepts } from './ports.ts';

/** Starts, or finds, the broker, and answers when it takes requests. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { settings, profile, way, say } = options;
  if (settings.kafkaBrokers !== undefined) {
    if (profile === 'plain') return useRunningBroker(settings.kafkaBrokers);
    throw new Unready(
      'STACK_PROFILE=production starts a broker of its own, with certificates and passwords made for it: leave KAFKA_BROKERS out. Nothing was started.',
    );
  }
  const inContainer = way === 'docker' && profile === 'plain';
  const starting = inContainer ? startBrokerInContainer(options) : startBrokerFromMaven(options);
  return during(say, `Starting Apache Kafka (${inContainer ? 'container' : 'Java'})`, starting);
}

async function useRunningBroker(brokers: string): Promise<Broker> {
  const [first = ''] = brokers.split(',');
  const [host = '', port = ''] = first.trim().split(':');
  if (!(await accepts(host, Number(port)))) {
    throw new Unready(
      `KAFKA_BROKERS names ${first}, and nothing accepts connections there. Start that broker, or leave KAFKA_BROKERS out to have one started for you.`,
    );
  }
  return { brokers, origin: 'KAFKA_BROKERS', process: undefined, stop: () => Promise.resolve() };
}

async function startBrokerInContainer({ port, volume }: BrokerOptions): Promise<Broker> {
  const { Wait } = await import('testcontainers');
  const container = (await loopbackContainer(kafkaImage, { container: 9092, host: port }))
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_LOG_DIRS: '/var/lib/kafka/data',
      ...Object.fromEntries(
        Object.entries(singleNodeSettings).map(([name, value]) => [
          `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
          value,
        ]),
      ),
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(90_000);
  if (volume !== undefined) container.withBindMounts([{ source: volume, target: '/var/lib/kafka/data' }]);
  const started = await container.start().catch((error: unknown) => {
    throw new Unready(
      `Apache Kafka did not come up in its container (${kafkaImage}): ${error instanceof Error ? error.message : String(error)}. Nothing is lost; STACK=local runs it without Docker.`,
    );
  });
  return {
    brokers: `127.0.0.1:${port}`,
    origin: `container ${kafkaImage}`,
    process: undefined,
    async stop() {
      await started.stop({ timeout: 10_000, removeVolumes: volume === undefined });
    },
  };
}
