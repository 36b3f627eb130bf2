/** Puts records into a topic as whoever reaches the broker can: unsigned, unchecked. */
import type { Topic } from '@leads/contracts';
import { createClient } from '../kafka-client.ts';
import type { Encoded } from '../record-coding.ts';
import { prefixed, type KafkaSettings } from '../settings.ts';

export async function sendRaw(settings: KafkaSettings, topic: Topic, records: Encoded[]): Promise<void> {
  const producer = createClient(settings).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({ topic: prefixed(settings, topic.name), acks: -1, messages: records });
  } finally {
    await producer.disconnect();
  }
}
