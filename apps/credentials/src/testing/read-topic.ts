/** Reads a topic from its beginning, as a service that starts cold does. */
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Topic } from '@leads/contracts';
import { type KafkaSettings, KafkaTransport, OnTopic, type Received } from '@leads/kafka';

export interface ReadingTopic<T extends Topic> {
  /** What has come so far. */
  records: Received<T>[];
  close: () => Promise<void>;
}

export async function readTopic<T extends Topic>(
  settings: KafkaSettings,
  topic: T,
): Promise<ReadingTopic<T>> {
  const records: Received<T>[] = [];

  @Controller()
  class Reader {
    @OnTopic(topic, { delivery: 'every-instance' })
    take(batch: Received<T>[]): Promise<void> {
      records.push(...batch);
      return Promise.resolve();
    }
  }
  @Module({ controllers: [Reader] })
  class Reading {}
  const strategy = new KafkaTransport({
    settings,
    group: 'reading',
    delivery: 'every-instance',
    onUndecodable: () => Promise.reject(new Error('a record could not be decoded')),
    log: { log: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const service = await NestFactory.createMicroservice(Reading, { strategy, logger: false });
  await service.listen();
  return { records, close: () => service.close() };
}
