/** Has a service read its topics from their beginnings again. */
import { setTimeout as delay } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { ServiceName, Topic } from '@leads/contracts';
import kafkajs from 'kafkajs';
import { createClient } from './kafka-client.ts';
import { notAllowed } from './not-allowed.ts';
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
export async function rewindGroup(settings: KafkaSettings, service: ServiceName): Promise<void> {
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
 * @param service whose topic it is to take: it looks in a group of that name
 * @throws NotAllowed where the broker does not let us read it, or an error where it does not give them within a minute
 */
export async function oldestRecords(
  settings: KafkaSettings,
  service: ServiceName,
  topic: Topic,
): Promise<Map<number, Date>> {
  const name = prefixed(settings, topic.name);
  const groupId = prefixed(settings, `${service}.oldest-records.${randomUUID()}`);
  const client = createClient(settings);
  const admin = client.admin();
  const consumer = client.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 500 });
  const oldest = new Map<number, Date>();
  let ended: Error | undefined;
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    ended = payload.error;
  });
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
      if (ended) throw ended;
      if (performance.now() > giveUpAt) throw new Error(`The first records of ${name} could not be read.`);
      await delay(50);
    }
    return oldest;
  } catch (error) {
    throw notAllowed(error, settings.clientId, `read ${name}`) ?? error;
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
}
