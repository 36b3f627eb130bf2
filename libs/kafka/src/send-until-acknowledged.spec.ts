import { describe, expect, test } from '@jest/globals';
import kafkajs, { type Producer, type RetryOptions } from 'kafkajs';
import { PRODUCER_CONFIG, sendUntilAcknowledged } from './send-until-acknowledged.ts';

const transient = () => {
  const cause = new kafkajs.KafkaJSError('not now');
  return new kafkajs.KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 0, retryTime: 0 });
};

describe('sending', () => {
  test('is tried again after a transient failure, until it succeeds', async () => {
    let attempts = 0;
    await sendUntilAcknowledged(
      () => (++attempts < 3 ? Promise.reject(transient()) : Promise.resolve()),
      5_000,
    );
    expect(attempts).toBe(3);
  });

  test('ends with the last failure when the time is up', async () => {
    await expect(sendUntilAcknowledged(() => Promise.reject(transient()), 0)).rejects.toThrow('not now');
  });

  test('is not tried again once it is over, however much time there was', async () => {
    let attempts = 0;
    const send = (): Promise<never> => {
      attempts += 1;
      return Promise.reject(transient());
    };
    await expect(sendUntilAcknowledged(send, 60_000, () => attempts === 2)).rejects.toThrow('not now');
    expect(attempts).toBe(2);
  });

  test('is not tried again when that cannot help', async () => {
    let attempts = 0;
    const refuse = () => {
      attempts += 1;
      return Promise.reject(new kafkajs.KafkaJSNonRetriableError('too large'));
    };
    await expect(sendUntilAcknowledged(refuse, 5_000)).rejects.toThrow('too large');
    expect(attempts).toBe(1);
  });
});

/** The client's producer over a cluster of the test's own, which it does not export. */
type CreateProducer = (options: {
  cluster: object;
  logger: object;
  retry: RetryOptions | undefined;
  createPartitioner: () => (args: { message: { partition: number } }) => number;
}) => Producer;

const INTERNAL_MODULE: string = 'kafkajs/src/producer/index.js';

/**
 * Two brokers lead a partition each. When the second is first asked, its partition moves to the first, which
 * has acknowledged its own by then.
 */
function failingOver() {
  const stored: string[] = [];
  let moved = false;
  const answer = (topicData: { partitions: { messages: { value: string }[] }[] }[]) => {
    for (const { partitions } of topicData) {
      for (const { messages } of partitions) stored.push(...messages.map(({ value }) => value));
    }
    return Promise.resolve({ topics: [] });
  };
  const first = { nodeId: 1, produce: ({ topicData }: { topicData: never[] }) => answer(topicData) };
  const second = {
    nodeId: 2,
    produce: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      moved = true;
      throw new kafkajs.KafkaJSError('This server is not the leader for that topic-partition');
    },
  };
  const nothing = () => Promise.resolve();
  const cluster = {
    ...{ connect: nothing, disconnect: nothing, addMultipleTargetTopics: nothing },
    ...{ refreshMetadata: nothing, refreshMetadataIfNecessary: nothing },
    isConnected: () => true,
    findTopicPartitionMetadata: () => [{ partitionId: 0 }, { partitionId: 1 }],
    findLeaderForPartitions: () => (moved ? { 1: [0, 1] } : { 1: [0], 2: [1] }),
    findBroker: ({ nodeId }: { nodeId: string }) => Promise.resolve(nodeId === '1' ? first : second),
  };
  return { cluster, stored };
}

describe('a partition that moves to a broker which has answered already', () => {
  const messages = [
    { value: 'stays', partition: 0 },
    { value: 'moves', partition: 1 },
  ];

  async function produceWith(retry: RetryOptions | undefined) {
    const { default: createProducer } = (await import(INTERNAL_MODULE)) as { default: CreateProducer };
    const { cluster, stored } = failingOver();
    const silent = { debug: () => undefined, error: () => undefined, namespace: () => silent };
    const producer = createProducer({
      cluster,
      logger: silent,
      retry,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition,
    });
    await producer.connect();
    return { stored, send: () => producer.send({ topic: 't', acks: -1, messages }) };
  }

  test('does not cost its records', async () => {
    const { stored, send } = await produceWith(PRODUCER_CONFIG.retry);
    await sendUntilAcknowledged(send, 5_000);
    expect(new Set(stored)).toEqual(new Set(['stays', 'moves']));
  });

  test('would cost them under the client’s own retry, which reports them sent', async () => {
    const { stored, send } = await produceWith({ retries: 5, initialRetryTime: 1 });
    await send();
    expect(stored).toEqual(['stays']);
  });
});
