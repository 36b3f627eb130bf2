/** Reads along, in a test, what the gateway publishes. */
import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { type LeadAccepted, type LeadRepeated, topics } from '@leads/contracts';
import { KafkaTransport, OnTopic, type Received } from '@leads/kafka';
import { eventually } from '@leads/testing';

export interface WatchedLeads {
  /** The events of one lead so far. */
  withId: (leadId: unknown) => LeadAccepted[];
  /** The events that tell of repeats of one lead so far. */
  repeatsOf: (leadId: unknown) => LeadRepeated[];
  close: () => Promise<void>;
}

/** Joins `leads.accepted.v1` and `leads.repeated.v1` from their beginning and resolves once it takes records in. */
export async function watchAcceptedLeads(settings: {
  brokers: string[];
  clientId: string;
  topicPrefix: string;
}): Promise<WatchedLeads> {
  const seen: LeadAccepted[] = [];
  const repeats: LeadRepeated[] = [];

  @Controller()
  class Watcher {
    @OnTopic(topics.leadsAccepted)
    takeIn(records: Received<typeof topics.leadsAccepted>[]): Promise<void> {
      seen.push(...records.map(({ value }) => value));
      return Promise.resolve();
    }

    @OnTopic(topics.leadsRepeated)
    takeRepeatsIn(records: Received<typeof topics.leadsRepeated>[]): Promise<void> {
      repeats.push(...records.map(({ value }) => value));
      return Promise.resolve();
    }
  }

  class WatcherModule {}
  const strategy = new KafkaTransport({
    settings,
    group: 'watcher',
    onUndecodable: (records) => Promise.reject(new Error(`undecodable: ${records[0]?.reason}`)),
    log: { log: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    { module: WatcherModule, controllers: [Watcher] },
    { strategy, logger: false },
  );
  await app.listen();
  await eventually(() => {
    if (!strategy.isConsuming()) throw new Error('The watcher has not joined.');
  });
  return {
    withId: (leadId) => seen.filter((lead) => lead.leadId === leadId),
    repeatsOf: (leadId) => repeats.filter((repeat) => repeat.leadId === leadId),
    close: () => app.close(),
  };
}
