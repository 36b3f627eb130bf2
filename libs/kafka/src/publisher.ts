/** Puts records into topics and says when they are safe there. */
import type { Carried, Topic } from '@leads/contracts';
import type { KafkaSettings } from './settings.ts';

/** A record whose value is already the text that goes into the topic. */
export interface EncodedRecord {
  /** The catalogue name, without a prefix. */
  topic: string;
  key: string;
  value: string;
}

export class Publisher {
  readonly #settings: KafkaSettings;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
  }

  /** Connects ahead of the first record; rejects when no broker can be reached. */
  connect(): Promise<void> {
    return Promise.reject(new Error(`Not built yet: ${this.#settings.clientId}`));
  }

  /** Waits for what is under way, then disconnects. */
  disconnect(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Resolves once all in-sync replicas have the values; rejects when a value does not fit the topic's schema
   * (then none is sent) or when the broker did not acknowledge (then some may be stored all the same).
   */
  publish<T extends Topic>(topic: T, values: Carried<T>[]): Promise<void> {
    return Promise.reject(new Error(`Not built yet: ${topic.name} ${values.length}`));
  }

  /** As {@link publish}, for records that were validated and encoded when they were written to an outbox. */
  publishEncoded(records: EncodedRecord[]): Promise<void> {
    return Promise.reject(new Error(`Not built yet: ${records.length}`));
  }
}
