import { topics } from '@leads/contracts';
import { expect, test } from '@jest/globals';
import { OnTopic } from './on-topic.ts';
import type { Received } from './received.ts';

test('a method fits a topic only when it takes that topic’s records and returns a promise', () => {
  // What the compiler says of each use is the test; without these errors the build fails.
  class Handlers {
    @OnTopic(topics.leadsAccepted)
    async takeIn(_records: Received<typeof topics.leadsAccepted>[]): Promise<void> {}

    @OnTopic(topics.connections, { delivery: 'every-instance' })
    async takeNoRecords(): Promise<void> {}

    // @ts-expect-error The records of another topic.
    @OnTopic(topics.leadsAccepted)
    async takeOthers(_records: Received<typeof topics.connections>[]): Promise<void> {}

    // @ts-expect-error One record, though a batch is an array.
    @OnTopic(topics.leadsAccepted)
    async takeOne(_record: Received<typeof topics.leadsAccepted>): Promise<void> {}

    // @ts-expect-error Nothing to wait for, so the offset would be committed too early.
    @OnTopic(topics.leadsAccepted)
    takeWithoutPromise(_records: Received<typeof topics.leadsAccepted>[]): void {}
  }
  expect(Handlers).toBeDefined();
});
