/** The test broker, with names that no other test uses. */
import { randomUUID } from 'node:crypto';
import type { ServiceName } from '@leads/contracts';
import { testKafkaBrokers } from './config.ts';
import { testSigning } from './service-keys.ts';

export interface TestKafka {
  brokers: string[];
  clientId: string;
  topicPrefix: string;
  signing: ReturnType<typeof testSigning>;
}

/**
 * Kafka settings under a fresh prefix: topics and groups made with it meet those of no other call.
 * @param as whose signatures the records of signed topics get
 */
export function testKafka(as: ServiceName = 'credentials'): TestKafka {
  const topicPrefix = `test-${randomUUID().slice(0, 8)}.`;
  return { brokers: testKafkaBrokers(), clientId: 'test', topicPrefix, signing: testSigning(as) };
}
