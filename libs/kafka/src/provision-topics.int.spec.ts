import { topics } from '@leads/contracts';
import { testKafka } from '@leads/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import kafkajs, { type Admin } from 'kafkajs';
import { createClient } from './kafka-client.ts';
import { provisionTopics } from './provision-topics.ts';
import { prefixed, type KafkaSettings } from './settings.ts';

let settings: KafkaSettings;
let admin: Admin;

beforeEach(async () => {
  settings = testKafka();
  admin = createClient(settings).admin();
  await admin.connect();
});

afterEach(() => admin.disconnect());

const catalogue = () => Object.values(topics).map(({ name }) => prefixed(settings, name));
const factor = { replicationFactor: 1 };

async function configOf(name: string): Promise<Record<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: prefixed(settings, name) }],
  });
  return Object.fromEntries(
    resources
      .flatMap(({ configEntries }) => configEntries)
      .map((entry) => [entry.configName, entry.configValue]),
  );
}

test('every topic of the catalogue is created with its partitions and policy, and a second run changes nothing', async () => {
  const first = await provisionTopics(settings, factor);
  expect([first.created.sort(), first.changed]).toEqual([catalogue().sort(), []]);
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: catalogue() });
  expect(Object.fromEntries(metadata.map(({ name, partitions }) => [name, partitions.length]))).toEqual(
    Object.fromEntries(
      Object.values(topics).map(({ name, partitions }) => [prefixed(settings, name), partitions]),
    ),
  );
  expect(await configOf('connections.v1')).toMatchObject({ 'cleanup.policy': 'compact' });
  expect(await configOf('leads.accepted.v1')).toMatchObject({
    'cleanup.policy': 'delete',
    'retention.ms': '1209600000',
  });
  expect(await provisionTopics(settings, factor)).toEqual({ created: [], changed: [], thin: [] });
}, 30_000);

test('drift is repaired: missing topics, too few partitions, changed configuration; and an operator’s own settings stay', async () => {
  const name = prefixed(settings, 'leads.accepted.v1');
  await admin.createTopics({
    topics: [
      {
        topic: name,
        numPartitions: 2,
        replicationFactor: 1,
        configEntries: [
          { name: 'retention.ms', value: '1000' },
          { name: 'max.message.bytes', value: '2000000' },
        ],
      },
    ],
    waitForLeaders: false,
  });
  const { created, changed } = await provisionTopics(settings, factor);
  expect(changed).toEqual([name]);
  expect(created.sort()).toEqual(
    catalogue()
      .filter((topic) => topic !== name)
      .sort(),
  );
  expect(await configOf('leads.accepted.v1')).toMatchObject({
    'retention.ms': '1209600000',
    'max.message.bytes': '2000000',
  });
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: [name] });
  expect(metadata[0]?.partitions).toHaveLength(12);
  expect(await provisionTopics(settings, factor)).toEqual({ created: [], changed: [], thin: [] });
}, 30_000);

test('nothing is deleted: neither topics outside the catalogue nor partitions beyond it', async () => {
  const extra = prefixed(settings, 'somebody.else');
  const wide = prefixed(settings, 'alerts.v1');
  await admin.createTopics({
    topics: [
      { topic: extra, numPartitions: 1, replicationFactor: 1 },
      { topic: wide, numPartitions: 9, replicationFactor: 1 },
    ],
    waitForLeaders: false,
  });
  await provisionTopics(settings, factor);
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: [extra, wide] });
  expect(Object.fromEntries(metadata.map(({ name, partitions }) => [name, partitions.length]))).toEqual({
    [extra]: 1,
    [wide]: 9,
  });
}, 30_000);

test('two runs at once do not disturb each other', async () => {
  const both = await Promise.all([provisionTopics(settings, factor), provisionTopics(settings, factor)]);
  expect(both.flatMap(({ created }) => created).sort()).toEqual(catalogue().sort());
  expect(await provisionTopics(settings, factor)).toEqual({ created: [], changed: [], thin: [] });
}, 30_000);

test('a topic with fewer copies than asked for is told of, and left as it is', async () => {
  await provisionTopics(settings, factor);
  const { thin } = await provisionTopics(settings, { replicationFactor: 2 });
  expect(thin.sort()).toEqual(catalogue().sort());
}, 30_000);
