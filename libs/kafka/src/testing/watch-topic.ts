/** Reads a topic along from its beginning, as a service that starts cold does. */
import type { Carried, Topic } from '@leads/contracts';
import { type KafkaSettings, KafkaTransport, type Received } from '@leads/kafka';
import { eventually } from '@leads/testing';

export interface WatchedTopic<T extends Topic> {
  /** What has come so far, in the order of each partition. */
  records: Received<T>[];
  /** What those carry. */
  values: () => Carried<T>[];
  close: () => Promise<void>;
}

/**
 * Settles once it takes records in. It is a group of its own, so that several watch one topic and each sees all.
 * @param onRecords is told of each batch as it comes
 */
export async function watchTopic<T extends Topic>(
  settings: KafkaSettings,
  topic: T,
  onRecords: (records: Received<T>[]) => void = () => undefined,
): Promise<WatchedTopic<T>> {
  const records: Received<T>[] = [];
  const transport = new KafkaTransport({
    settings,
    group: 'watcher',
    delivery: 'every-instance',
    onUndecodable: ([first]) => Promise.reject(new Error(`undecodable: ${first?.reason}`)),
    log: { log: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const take = (batch: Received<T>[]): Promise<void> => {
    records.push(...batch);
    onRecords(batch);
    return Promise.resolve();
  };
  transport.addHandler(topic.name, take, true, { topic });
  transport.listen(() => undefined);
  try {
    await eventually(
      () => {
        if (!transport.isConsuming()) throw new Error(`The watcher of ${topic.name} has not joined.`);
      },
      { timeoutMs: 30_000 },
    );
  } catch (error) {
    await transport.close();
    throw error;
  }
  return {
    records,
    values: () => records.map(({ value }) => value),
    close: () => transport.close(),
  };
}
