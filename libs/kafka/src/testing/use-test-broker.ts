/** A service of one controller on the test broker: started, watched and closed as a real one. */
import { topics } from '@leads/contracts';
import { eventually, testKafka } from '@leads/testing';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { createClient } from '../kafka-client.ts';
import { KafkaTransport, type KafkaTransportOptions } from '../kafka-transport.ts';
import { OnTopic, type Delivery } from '../on-topic.ts';
import { provisionTopics } from '../provision-topics.ts';
import { Publisher } from '../publisher.ts';
import type { Received, Undecodable } from '../received.ts';
import { prefixed, type KafkaSettings } from '../settings.ts';

export type Request = Received<typeof topics.tokensRequested>;

/** What every test has: topics of its own, a publisher to them, and services closed at its end. */
export interface TestBroker {
  settings: KafkaSettings;
  publisher: Publisher;
  /** Closed after the test, the last first. */
  running: { close: () => Promise<unknown> }[];
  start: (controller: Type, options?: Partial<KafkaTransportOptions>) => Promise<ConsumingService>;
  /** A producer without a schema, for records that the publisher refuses. */
  rawProducer: () => Promise<Producer>;
  withAdmin: <Result>(ask: (admin: Admin) => Promise<Result>) => Promise<Result>;
  /** How many token requests each partition holds, by partition. */
  endOffsets: () => Promise<number[]>;
  /** How many token requests the group `taker` has committed, of how many there are. */
  committed: () => Promise<{ committed: number; end: number }>;
}

/** Sets a test broker up before each test of a file; what it returns is filled anew each time. */
export function useTestBroker(): TestBroker {
  const running: TestBroker['running'] = [];
  const broker = { running } as TestBroker;

  beforeEach(async () => {
    const settings = testKafka();
    const topic = prefixed(settings, topics.tokensRequested.name);
    const publisher = new Publisher(settings);
    running.push({ close: () => publisher.disconnect() });
    await provisionTopics(settings, { replicationFactor: 1 });
    const withAdmin: TestBroker['withAdmin'] = async (ask) => {
      const admin = createClient(settings).admin();
      await admin.connect();
      return ask(admin).finally(() => admin.disconnect());
    };
    const endOffsets = async () => {
      const offsets = await withAdmin((admin) => admin.fetchTopicOffsets(topic));
      return offsets.sort((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset));
    };
    Object.assign(broker, {
      settings,
      publisher,
      withAdmin,
      endOffsets,
      start: async (controller, options = {}) => {
        const service = await startConsumingService(controller, { settings, group: 'taker', ...options });
        running.push(service);
        return service;
      },
      rawProducer: async () => {
        const { DefaultPartitioner } = kafkajs.Partitioners;
        const producer = createClient(settings).producer({ createPartitioner: DefaultPartitioner });
        running.push({ close: () => producer.disconnect() });
        await producer.connect();
        return producer;
      },
      committed: async () => {
        const groupId = prefixed(settings, 'taker');
        const offsets = await withAdmin((admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
        const ofPartitions = offsets.flatMap(({ partitions }) => partitions);
        return {
          committed: sum(ofPartitions.map(({ offset }) => Number(offset))),
          end: sum(await endOffsets()),
        };
      },
    } satisfies Partial<TestBroker>);
  }, 30_000);

  afterEach(async () => {
    for (const { close } of running.splice(0).reverse()) await close();
  }, 30_000);

  return broker;
}

/** A controller that gives each batch of token requests to `take`. */
export function requestTaker(take: (records: Request[]) => Promise<void> | void, delivery?: Delivery): Type {
  class Requests {
    async takeIn(records: Request[]): Promise<void> {
      await take(records);
    }
  }
  Controller()(Requests);
  const method = Object.getOwnPropertyDescriptor(Requests.prototype, 'takeIn') as TypedPropertyDescriptor<
    (records: Request[]) => Promise<void>
  >;
  OnTopic(topics.tokensRequested, delivery ? { delivery } : {})(Requests.prototype, 'takeIn', method);
  return Requests;
}

/** Distinct requests, enough of them to be spread over all partitions. */
export function requests(count: number, name = 'request'): { request: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    request: `${name}-${String(index).padStart(16, '0')}`,
  }));
}

export const texts = (records: Request[]): string[] => records.map(({ value }) => value.request);

/** The sum, where a group without a commit counts as none (-1). */
export const sum = (numbers: number[]): number =>
  numbers.reduce((total, number) => total + Math.max(0, number), 0);

export function untilConsuming(...services: ConsumingService[]): Promise<void> {
  return eventually(() => {
    for (const { transport, lines } of services) {
      expect([transport.isConsuming(), lines]).toEqual([true, lines]);
    }
  });
}

/** What a running service did so far. */
export interface ConsumingService {
  transport: KafkaTransport;
  undecodable: Undecodable[];
  lines: string[];
  /** As SIGTERM does it; a second call does nothing. */
  close: () => Promise<void>;
}

async function startConsumingService(
  controller: Type,
  options: Pick<KafkaTransportOptions, 'settings' | 'group'> & Partial<KafkaTransportOptions>,
): Promise<ConsumingService> {
  const undecodable: Undecodable[] = [];
  const lines: string[] = [];
  const write = (line: unknown) => void lines.push(String(line));
  const transport = new KafkaTransport({
    onUndecodable: (records) => {
      undecodable.push(...records);
      return Promise.resolve();
    },
    log: { log: write, warn: write, error: write },
    ...options,
  });
  class ServiceModule {}
  Module({ controllers: [controller] })(ServiceModule);
  const service = await NestFactory.createMicroservice(ServiceModule, { strategy: transport, logger: false });
  await service.listen();
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= service.close());
  return { transport, undecodable, lines, close };
}
