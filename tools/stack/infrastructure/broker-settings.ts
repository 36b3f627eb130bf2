/** What every kind of broker is started with and answers, and what a single node is told in every run. */
import type { Profile, StackSettings, Way } from '../config.ts';
import type { Say } from '../processes/narrator.ts';
import type { ManagedProcess } from '../processes/process.ts';
import type { BrokerAccess } from './secured-broker.ts';

export interface Broker {
  /** host:port[,host:port] */
  readonly brokers: string;
  /** How clients reach it under the production profile; absent where it is plain. */
  readonly secured?: BrokerAccess;
  /** How it was come by, for people. */
  readonly origin: string;
  /** The process, where it is one of ours. */
  readonly process: ManagedProcess | undefined;
  stop(): Promise<void>;
}

export interface BrokerOptions {
  readonly way: Way;
  readonly settings: Pick<StackSettings, 'kafkaBrokers'>;
  readonly profile: Profile;
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDir: string;
  /** Name of the Docker volume that keeps the data between runs; undefined throws it away. */
  readonly volume: string | undefined;
  readonly say: Say;
}

/** What a single node needs, said the same way to every kind of broker, docker-compose.yml's too; topics come from the catalogue only. */
export const singleNodeSettings: Record<string, string> = {
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '10',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'auto.create.topics.enable': 'false',
};
