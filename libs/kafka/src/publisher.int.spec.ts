import { randomUUID } from 'node:crypto';
import { topics } from '@leads/contracts';
import { testKafka } from '@leads/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createClient } from './kafka-client.ts';
import { provisionTopics } from './provision-topics.ts';
import { Publisher } from './publisher.ts';
import { prefixed, type KafkaSettings } from './settings.ts';

const open: Publisher[] = [];

function publisherFor(settings: KafkaSettings): Publisher {
  const publisher = new Publisher(settings);
  open.push(publisher);
  return publisher;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((publisher) => publisher.disconnect()));
});

/** How many records each partition of a topic holds. */
async function recordsOf(settings: KafkaSettings, name: string): Promise<number[]> {
  const admin = createClient(settings).admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(prefixed(settings, name));
  await admin.disconnect();
  return offsets.sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
}

const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);

describe('publishing', () => {
  test('many values at once, more than one send can hold, are all stored', async () => {
    const settings = testKafka();
    await provisionTopics(settings, { replicationFactor: 1 });
    const publisher = publisherFor(settings);
    const values = Array.from({ length: 2_500 }, () => ({
      request: randomUUID().padEnd(1_000, '.') + randomUUID(),
    }));
    await Promise.all([
      publisher.publish(topics.tokensRequested, values),
      ...values.slice(0, 100).map((value) => publisher.publish(topics.tokensRequested, [value])),
    ]);
    expect(total(await recordsOf(settings, 'tokens.requested.v1'))).toBe(2_600);
  }, 30_000);

  test('records of several topics from an outbox each go to theirs', async () => {
    const settings = testKafka();
    await provisionTopics(settings, { replicationFactor: 1 });
    await publisherFor(settings).publishEncoded([
      { topic: 'alerts.v1', key: 'k', value: '{}' },
      { topic: 'validations.v1', key: 'k', value: '{}' },
      { topic: 'alerts.v1', key: 'k', value: '{}' },
    ]);
    expect(total(await recordsOf(settings, 'alerts.v1'))).toBe(2);
    expect(total(await recordsOf(settings, 'validations.v1'))).toBe(1);
  }, 30_000);

  test('a key chooses the partition that the Java client would choose', async () => {
    const settings = testKafka();
    await provisionTopics(settings, { replicationFactor: 1 });
    // org.apache.kafka.common.utils.Utils: toPositive(murmur2("21")) % 12 is 4, by its own test vector -973932308.
    await publisherFor(settings).publishEncoded([{ topic: 'leads.accepted.v1', key: '21', value: '{}' }]);
    const expected = (-973_932_308 & 0x7fffffff) % 12;
    expect((await recordsOf(settings, 'leads.accepted.v1')).indexOf(1)).toBe(expected);
  }, 30_000);

  test('is rejected when the broker does not have the topic, and another topic goes on', async () => {
    const settings = testKafka();
    const publisher = publisherFor(settings);
    await expect(publisher.publish(topics.tokensRequested, [{ request: 'r' }])).rejects.toThrow(
      'does not host this topic-partition',
    );
    await provisionTopics(settings, { replicationFactor: 1 });
    await publisher.publish(topics.tokensRequested, [{ request: 'r' }]);
    expect(total(await recordsOf(settings, 'tokens.requested.v1'))).toBe(1);
  }, 30_000);

  test('is rejected when the broker refuses a record for its size, and only for its own caller', async () => {
    const settings = testKafka();
    await provisionTopics(settings, { replicationFactor: 1 });
    const publisher = publisherFor(settings);
    const [first, large, small] = await Promise.allSettled([
      publisher.publish(topics.tokensRequested, [{ request: 'first' }]),
      publisher.publish(topics.tokensRequested, [{ request: 'x'.repeat(1_200_000) }]),
      publisher.publish(topics.tokensRequested, [{ request: 'small' }]),
    ]);
    expect([first.status, large.status, small.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(total(await recordsOf(settings, 'tokens.requested.v1'))).toBe(2);
  }, 30_000);

  test('is rejected when no broker answers', async () => {
    const publisher = publisherFor({ brokers: ['127.0.0.1:1'], clientId: 'test', topicPrefix: '' });
    await expect(publisher.connect()).rejects.toThrow('ECONNREFUSED');
    await expect(publisher.publish(topics.tokensRequested, [{ request: 'r' }])).rejects.toThrow(
      'ECONNREFUSED',
    );
  }, 30_000);

  test('is rejected for a value that does not fit, and then nothing of the call is sent', async () => {
    const settings = testKafka();
    await provisionTopics(settings, { replicationFactor: 1 });
    const publisher = publisherFor(settings);
    const values = [{ request: 'fits' }, { request: 5 as unknown as string }];
    await expect(publisher.publish(topics.tokensRequested, values)).rejects.toThrow('was not sent');
    await expect(
      publisher.publishEncoded([
        { topic: 'alerts.v1', key: 'k', value: '{}' },
        { topic: 'made.up.v1', key: 'k', value: '{}' },
      ]),
    ).rejects.toThrow('no topic of this version');
    expect(total(await recordsOf(settings, 'tokens.requested.v1'))).toBe(0);
    expect(total(await recordsOf(settings, 'alerts.v1'))).toBe(0);
  }, 30_000);

  test('is rejected once the publisher is closed, which waits for what is under way', async () => {
    const settings = testKafka();
    await provisionTopics(settings, { replicationFactor: 1 });
    const publisher = new Publisher(settings);
    const underWay = publisher.publish(topics.tokensRequested, [{ request: 'under way' }]);
    await publisher.disconnect();
    await underWay;
    await expect(publisher.publish(topics.tokensRequested, [{ request: 'late' }])).rejects.toThrow('closed');
    expect(total(await recordsOf(settings, 'tokens.requested.v1'))).toBe(1);
  }, 30_000);
});
