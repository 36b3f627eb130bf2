/** Nest's way to Kafka: batches in, to the methods marked with `@OnTopic`, and the offset after them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Topic } from '@leads/contracts';
import type { LoggerService } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { Consumer, ConsumerCrashEvent, EachBatchPayload, Kafka } from 'kafkajs';
import { isObservable, lastValueFrom } from 'rxjs';
import { asError } from './as-error.ts';
import { backOffMs } from '@leads/pacing';
import { HeldPartitions } from './held-partitions.ts';
import { createClient } from './kafka-client.ts';
import { transportIds, type Delivery } from './on-topic.ts';
import type { Received, Undecodable } from './received.ts';
import { prefixed, type KafkaSettings } from './settings.ts';
import { takeInBatch } from './take-in-batch.ts';

export interface KafkaTransportOptions {
  settings: KafkaSettings;
  /** The service's name: its instances share the records among them. */
  group: string;
  /** Which handlers this transport serves; `once-per-service` unless told. */
  delivery?: Delivery;
  /** Tells instances apart under `every-instance`; made at random unless given. */
  instanceId?: string;
  /** Puts bytes away for people to look at. When it throws, the records come again. */
  onUndecodable: (records: Undecodable[]) => Promise<void>;
  /** Consumption has ended and will not come back by itself: the process should end too. */
  onFatal: (error: Error) => void;
  log: Pick<LoggerService, 'log' | 'warn' | 'error'>;
}

/** How long a fetch waits for records, in milliseconds: what closing and resuming may have to wait for. */
const FETCH_WAIT_MS = 500;

const CONNECT_PAUSE = { firstMs: 250, mostMs: 5_000, leastMs: 125 };

/**
 * A transport serves the handlers of one {@link Delivery}; a service that has both connects two.
 *
 * `listen` returns at once and joins in the background, so a service starts without its broker and says so
 * through {@link isConsuming}. `close` finishes the chunk under way, commits it and leaves the group.
 */
/**
 * A killed member's partitions lie still until its session has ended, and a member that starts meanwhile waits as
 * long: so both are as short as the broker allows (group.min.session.timeout.ms is 6 s). Handlers take
 * milliseconds and are covered by heartbeats.
 */
const MEMBERSHIP = { sessionTimeout: 6_000, rebalanceTimeout: 8_000, heartbeatInterval: 1_500 };

export class KafkaTransport extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  readonly #options: KafkaTransportOptions;
  readonly #delivery: Delivery;
  readonly #groupId: string;
  readonly #kafka: Kafka;
  readonly #consumer: Consumer;
  readonly #held = new HeldPartitions();
  readonly #closing = new AbortController();
  readonly #topics = new Map<string, Topic>();
  #joining: Promise<void> | undefined;
  #joined = false;
  #connectionError: Error | undefined;

  constructor(options: KafkaTransportOptions) {
    super();
    this.#options = options;
    this.#delivery = options.delivery ?? 'once-per-service';
    this.setTransportId(transportIds[this.#delivery]);
    const group = prefixed(options.settings, options.group);
    this.#groupId =
      this.#delivery === 'every-instance' ? `${group}.${options.instanceId ?? randomUUID()}` : group;
    this.#kafka = createClient(options.settings, options.log);
    this.#consumer = this.#kafka.consumer({
      groupId: this.#groupId,
      allowAutoTopicCreation: false,
      ...MEMBERSHIP,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      // A consumer that is closed while it joins again crashes, and would otherwise come back.
      retry: { restartOnFailure: () => Promise.resolve(!this.#closing.signal.aborted) },
    });
  }

  /** Whether this instance is a member of its group, or has nothing to be a member for. */
  isConsuming(): boolean {
    return this.#joined || (this.#joining !== undefined && this.#topics.size === 0);
  }

  /** What holds records up at the moment, if anything. */
  get lastError(): Error | undefined {
    return this.#connectionError ?? this.#held.lastError;
  }

  override listen(callback: (error?: unknown) => void): void {
    for (const [pattern, { extras }] of this.getHandlers()) {
      const topic = extras?.['topic'] as Topic | undefined;
      if (!topic) throw new Error(`The handler of "${pattern}" is not marked with @OnTopic.`);
      this.#topics.set(prefixed(this.#options.settings, topic.name), topic);
    }
    this.#joining = this.#topics.size === 0 ? Promise.resolve() : this.#join();
    callback();
  }

  override async close(): Promise<void> {
    this.#closing.abort();
    await this.#joining;
    await this.#consumer.disconnect();
    this.#held.clear();
    this.#joined = false;
    if (this.#delivery === 'every-instance' && this.#topics.size > 0) await this.#deleteGroup();
  }

  override on(event: string): never {
    throw new Error(`The Kafka transport emits no event called "${event}".`);
  }

  /** The client's consumer. */
  override unwrap<T>(): T {
    return this.#consumer as T;
  }

  async #join(): Promise<void> {
    const { onFatal } = this.#options;
    this.#followMembership();
    try {
      if (!(await this.#connect())) return;
      await this.#consumer.run({
        eachBatchAutoResolve: false,
        // A view in memory starts empty, so the group of one instance keeps no offsets to start from.
        autoCommit: this.#delivery === 'once-per-service',
        eachBatch: (payload) => this.#takeIn(payload),
      });
    } catch (error) {
      this.#connectionError = asError(error);
      onFatal(this.#connectionError);
    }
  }

  /** Tries until the broker answers and has the topics; false when closed meanwhile. */
  async #connect(): Promise<boolean> {
    let told = '';
    for (let failures = 1; !this.#closing.signal.aborted; failures += 1) {
      try {
        await this.#consumer.connect();
        await this.#consumer.subscribe({ topics: [...this.#topics.keys()], fromBeginning: true });
        return true;
      } catch (error) {
        this.#connectionError = asError(error);
        const line = this.#whyNotConnected(this.#connectionError);
        if (line !== told) this.#options.log.warn(line);
        told = line;
        const pause = backOffMs(failures, Math.random(), CONNECT_PAUSE);
        await delay(pause, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
    return false;
  }

  #whyNotConnected(error: Error & { type?: unknown }): string {
    const brokers = this.#options.settings.brokers.join(', ');
    const waiting = 'Nothing is lost: records wait in their topics, and this is tried again until it works.';
    return error.type === 'UNKNOWN_TOPIC_OR_PARTITION'
      ? `Kafka at ${brokers} lacks a topic of ${[...this.#topics.keys()].join(', ')}: provision them. ${waiting}`
      : `Kafka at ${brokers} cannot be used yet (${error.message}). ${waiting}`;
  }

  #followMembership(): void {
    const { onFatal, log } = this.#options;
    const { GROUP_JOIN, CRASH } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload }) => {
      if (this.#closing.signal.aborted) {
        // Closed while joining again: the client has to be running before it can be stopped.
        setImmediate(
          () => void this.#consumer.disconnect().catch((error: unknown) => void log.warn(String(error))),
        );
        return;
      }
      const mine = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => partitionName(topic, partition)),
      );
      log.log(
        `Consuming ${mine.length} partitions of ${[...this.#topics.keys()].join(', ')} as ${this.#groupId}.`,
      );
      this.#held.keepOnly(new Set(mine));
      this.#joined = true;
      this.#connectionError = undefined;
    });
    this.#consumer.on(CRASH, ({ payload: { error, restart } }: ConsumerCrashEvent) => {
      this.#joined = false;
      this.#connectionError = error;
      if (!restart && !this.#closing.signal.aborted) onFatal(error);
    });
  }

  async #takeIn(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const topic = this.#topics.get(batch.topic);
    const handler = topic && this.getHandlerByPattern(topic.name);
    if (!handler) throw new Error(`No handler takes records of ${batch.topic}: none of them was committed.`);
    const result = await takeInBatch(payload, topic, {
      handle: (records) => dispatch(handler, records),
      putAside: (records) => this.#options.onUndecodable(records),
    });
    const partition = partitionName(batch.topic, batch.partition);
    if (result.kind === 'taken-in' && this.#held.release(partition)) {
      this.#options.log.log(`${partition} goes on: its records could be taken in.`);
    }
    if (result.kind === 'held-back') {
      const { failures, pauseMs } = this.#held.hold(partition, result.error, payload.pause());
      this.#options.log.error(
        `${partition} is held at offset ${result.offset} (${result.error.message}). Nothing is lost: ` +
          `attempt ${failures + 1} follows in ${pauseMs} ms, other partitions go on.`,
      );
    }
  }

  async #deleteGroup(): Promise<void> {
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      await admin.deleteGroups([this.#groupId]);
    } catch (error) {
      const why = asError(error).message;
      this.#options.log.warn(
        `The group ${this.#groupId} is left behind, empty (${why}). It expires by itself.`,
      );
    } finally {
      await admin.disconnect();
    }
  }
}

function partitionName(topic: string, partition: number): string {
  return `${topic}[${partition}]`;
}

/** Runs every handler of a topic to its end; rejects with what the first failing one threw. */
async function dispatch(handler: MessageHandler, records: Received<Topic>[]): Promise<void> {
  const outcome: unknown = await handler(records);
  if (isObservable(outcome)) await lastValueFrom(outcome, { defaultValue: undefined });
}
