/** Makes the broker's topics what the catalogue says. */
import { setTimeout as delay } from 'node:timers/promises';
import { topics, type Topic } from '@leads/contracts';
import kafkajs, { type Admin } from 'kafkajs';
import { createClient } from './kafka-client.ts';
import { prefixed, type KafkaSettings } from './settings.ts';
import { planChanges, wantedConfig, type ExistingTopic, type TopicChanges } from './topic-plan.ts';

const TOPIC = kafkajs.ConfigResourceTypes.TOPIC;

/** How long new topics may take to get their leaders. */
const READY_WITHIN_MS = 30_000;

/** What a value set on the topic itself, and not inherited, has for its source. */
const SET_ON_TOPIC = kafkajs.ConfigSource.TOPIC_CONFIG;

/**
 * Creates missing catalogue topics, raises partitions that are too few and brings configuration back that
 * has drifted. It never deletes anything, and a second run changes nothing.
 *
 * @returns the broker's names of the topics it created, of those it changed, and of those with fewer copies than asked
 * for, which it leaves as they are
 */
export async function provisionTopics(
  settings: KafkaSettings,
  { replicationFactor }: { replicationFactor: number },
): Promise<{ created: string[]; changed: string[]; thin: string[] }> {
  const thin: string[] = [];
  const created: string[] = [];
  const changed: string[] = [];
  const admin = createClient(settings).admin();
  await admin.connect();
  try {
    const present = new Set(await admin.listTopics());
    for (const topic of Object.values<Topic>(topics)) {
      const name = prefixed(settings, topic.name);
      if (!present.has(name)) {
        if (await create(admin, name, topic, replicationFactor)) {
          created.push(name);
          continue;
        }
        // It was made a moment ago by somebody else, perhaps otherwise: the broker's list was behind.
        await untilReady(admin, [name]);
      }
      const existing = await describe(admin, name);
      if (existing.copies < replicationFactor) thin.push(name);
      const changes = planChanges(existing, topic, replicationFactor);
      if (!changes) continue;
      await apply(admin, name, changes);
      changed.push(name);
    }
    await untilReady(admin, created);
    return { created, changed, thin };
  } finally {
    await admin.disconnect();
  }
}

/** False when it is there already, though the broker may not list it yet. */
function create(admin: Admin, name: string, topic: Topic, replicationFactor: number): Promise<boolean> {
  const config = wantedConfig(topic, replicationFactor);
  return admin.createTopics({
    // Its own waiting fails when a broker has not heard of the topic yet.
    waitForLeaders: false,
    topics: [
      { topic: name, numPartitions: topic.partitions, replicationFactor, configEntries: asEntries(config) },
    ],
  });
}

/** Brokers hear of a new topic one after the other: it can be used once each partition has a leader. */
async function untilReady(admin: Admin, names: string[]): Promise<void> {
  if (names.length === 0) return;
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      const { topics: metadata } = await admin.fetchTopicMetadata({ topics: names });
      if (metadata.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
    }
    if (performance.now() > giveUpAt) throw new Error(`No leader yet for all of ${names.join(', ')}.`);
    await delay(50);
  }
}

async function describe(admin: Admin, name: string): Promise<ExistingTopic & { copies: number }> {
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: [name] });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: TOPIC, name }],
  });
  const entries = resources.flatMap(({ configEntries }) => configEntries);
  const toRecord = (some: typeof entries) =>
    Object.fromEntries(some.map(({ configName, configValue }) => [configName, configValue]));
  return {
    partitions: metadata[0]?.partitions.length ?? 0,
    copies: Math.min(...(metadata[0]?.partitions.map(({ replicas }) => replicas.length) ?? [])),
    config: toRecord(entries),
    overrides: toRecord(entries.filter(({ configSource }) => configSource === SET_ON_TOPIC)),
  };
}

async function apply(admin: Admin, name: string, { partitions, overrides }: TopicChanges): Promise<void> {
  if (partitions !== undefined) {
    await admin.createPartitions({ topicPartitions: [{ topic: name, count: partitions }] });
  }
  if (overrides) {
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: TOPIC, name, configEntries: asEntries(overrides) }],
    });
  }
}

function asEntries(config: Record<string, string>): { name: string; value: string }[] {
  return Object.entries(config).map(([name, value]) => ({ name, value }));
}
