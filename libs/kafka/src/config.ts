/** What the provisioning command is told from outside. */
import { z } from 'zod';
import type { KafkaSettings } from './settings.ts';

const BROKERS = 'must be host:port, or several of them separated by commas';

const Environment = z.object({
  KAFKA_BROKERS: z.string(BROKERS).min(1, BROKERS),
  KAFKA_TOPIC_PREFIX: z.string().default(''),
  KAFKA_REPLICATION_FACTOR: z.coerce.number('must be a number').int().positive().default(1),
});

/** @throws with a sentence for each variable that is missing or wrong */
export function readProvisioningConfig(environment: Record<string, string | undefined> = process.env): {
  settings: KafkaSettings;
  replicationFactor: number;
} {
  const read = Environment.safeParse(environment);
  if (!read.success) {
    throw new Error(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  }
  const { KAFKA_BROKERS, KAFKA_TOPIC_PREFIX, KAFKA_REPLICATION_FACTOR } = read.data;
  return {
    settings: {
      brokers: KAFKA_BROKERS.split(',').map((broker) => broker.trim()),
      clientId: 'provision-topics',
      topicPrefix: KAFKA_TOPIC_PREFIX,
    },
    replicationFactor: KAFKA_REPLICATION_FACTOR,
  };
}
