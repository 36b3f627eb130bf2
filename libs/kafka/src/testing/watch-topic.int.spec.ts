import { randomUUID } from 'node:crypto';
import { topics } from '@leads/contracts';
import { eventually, testKafka } from '@leads/testing';
import { expect, test } from '@jest/globals';
import { provisionTopics } from '../provision-topics.ts';
import { Publisher } from '../publisher.ts';
import { watchTopic } from './watch-topic.ts';

test('every watcher sees a topic from its beginning on, and none takes records from another', async () => {
  const settings = testKafka();
  await provisionTopics(settings, { replicationFactor: 1 });
  const publisher = new Publisher(settings);
  const publish = async (): Promise<string> => {
    const request = randomUUID();
    await publisher.publish(topics.tokensRequested, [{ request }]);
    return request;
  };
  const early = await publish();
  const told: string[] = [];
  const watchers = [
    await watchTopic(settings, topics.tokensRequested),
    await watchTopic(settings, topics.tokensRequested, (records) => {
      told.push(...records.map(({ value }) => value.request));
    }),
  ];
  try {
    const late = await publish();
    await eventually(() => {
      for (const watcher of watchers) {
        expect(new Set(watcher.values().map(({ request }) => request))).toEqual(new Set([early, late]));
      }
      expect(new Set(told)).toEqual(new Set([early, late]));
    });
  } finally {
    for (const { close } of watchers) await close();
    await publisher.disconnect();
  }
}, 60_000);
