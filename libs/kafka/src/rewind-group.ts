/** Has a service read its topics from their beginnings again. */
import { setTimeout as delay } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { Topic } from '@leads/contracts';
import kafkajs from 'kafkajs';
import { createClient } from './kafka-client.ts';
import { prefixed, type KafkaSettings } from './settings.ts';

/** Thrown where instances of the service run: they would go on from where they are. */
export class GroupInUse extends Error {}

const NON_EMPTY_GROUP = 68;
const GROUP_ID_NOT_FOUND = 69;

/**
 * Forgets how far the once-per-service consumers of a service have read: when it starts again, it reads every record
 * that its topics still have.
 *
 * @param service the service's name
 * @throws GroupInUse while an instance of it is a member of its group
 */
export async function rewindGroup(settings: KafkaSettings, service: string): Promise<void> {
  const groupId = prefixed(settings, service);
  const admin = createClient(settings).admin();
  await admin.connect();
  try {
    await admin.deleteGroups([groupId]);
  } catch (error) {
    const [group] = error instanceof kafkajs.KafkaJSDeleteGroupsError ? error.groups : [];
    if (group?.errorCode === GROUP_ID_NOT_FOUND) return;
    if (group?.errorCode === NON_EMPTY_GROUP) throw new GroupInUse(`${service} is running.`);
    throw error;
  } finally {
    await admin.disconnect();
  }
}

/** How long reading the first records may take, in milliseconds. */
const READ_WITHIN_MS = 60_000;

/**
 * When the oldest record was published that each partition of a topic still has, by the partition's number; partitions
 * without records are left out.
 * @throws where the broker does not give them within a minute
 */
export async function oldestRecords(settings: KafkaSettings, topic: Topic): Promise<Map<number, Date>> {
  const name = prefixed(settings, topic.name);
  const groupId = prefixed(settings, `oldest-records.${randomUUID()}`);
  const client = createClient(settings);
  const admin = client.admin();
  const consumer = client.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 500 });
  const oldest = new Map<number, Date>();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(name);
    const filled = offsets.filter(({ low, high }) => BigInt(low) < BigInt(high)).length;
    if (filled === 0) return oldest;
    await consumer.connect();
    await consumer.subscribe({ topics: [name], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: (payload) => {
        const { partition, messages } = payload.batch;
        const [first] = messages;
        if (first && !oldest.has(partition)) oldest.set(partition, new Date(Number(first.timestamp)));
        payload.pause();
        return Promise.resolve();
      },
    });
    const giveUpAt = performance.now() + READ_WITHIN_MS;
    while (oldest.size < filled) {
      if (performance.now() > giveUpAt) throw new Error(`The first records of ${name} could not be read.`);
      await delay(50);
    }
    return oldest;
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
}
