/** The test broker, with names that no other test uses. */
import { randomUUID } from 'node:crypto';
import { testKafkaBrokers } from './config.ts';

/** Kafka settings under a fresh prefix: topics and groups made with it meet those of no other call. */
export function testKafka(): { brokers: string[]; clientId: string; topicPrefix: string } {
  return { brokers: testKafkaBrokers(), clientId: 'test', topicPrefix: `test-${randomUUID().slice(0, 8)}.` };
}
