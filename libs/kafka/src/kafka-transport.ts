/** Nest's way to Kafka: batches in, to the methods marked with `@OnTopic`, and the offset after them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Topic } from '@leads/contracts';
import type { LoggerService } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { isObservable, lastValueFrom } from 'rxjs';
import { asError } from './as-error.ts';
import { backOffMs } from '@leads/pacing';
import { GroupMember } from './group-member.ts';
import type { RefusalOf } from './hand-over.ts';
import { HeldPartitions } from './held-partitions.ts';
import { createClient } from './kafka-client.ts';
import { transportIds, type Delivery } from './on-topic.ts';
import type { KeptRecord, Received, Undecodable } from './received.ts';
import { messageOf } from './record-coding.ts';
import { type CheckRecord, recordChecker } from './record-signatures.ts';
import { prefixed, type KafkaSettings } from './settings.ts';
import { type Receivers, takeInBatch, takeInMessages } from './take-in-batch.ts';

export interface KafkaTransportOptions {
  settings: KafkaSettings;
  /** The service's name: its instances share the records among them. */
  group: string;
  /** Which handlers this transport serves; `once-per-service` unless told. */
  delivery?: Delivery;
  /** Tells instances apart under `every-instance`; made at random unless given. */
  instanceId?: string;
  /** Puts away what is not taken, for people to look at. When it throws, the records come again. */
  onUndecodable: (records: Undecodable[]) => Promise<void>;
  /** A record that a handler refuses for what it says goes the same way; without this it holds its partition. */
  refusalOf?: RefusalOf;
  log: Pick<LoggerService, 'log' | 'warn' | 'error'>;
}

/** How long a fetch waits for records, in milliseconds: what closing and resuming may have to wait for. */
const FETCH_WAIT_MS = 500;

/**
 * A killed member's partitions lie still until its session has ended, and a member that starts meanwhile waits as
 * long: so both are as short as the broker allows (group.min.session.timeout.ms is 6 s). Handlers take
 * milliseconds and are covered by heartbeats.
 */
const MEMBERSHIP = { sessionTimeout: 6_000, rebalanceTimeout: 8_000, heartbeatInterval: 1_500 };

/** Before a new consumer takes the place of one that ended: each is a rebalance for the whole group. */
const REJOIN_PAUSE = { firstMs: 500, mostMs: 10_000, leastMs: 250 };

/** A consumer that lived for so long, in milliseconds, did not end for what had ended the one before it. */
const STEADY_MS = 60_000;

/**
 * A transport serves the handlers of one {@link Delivery}; a service that has both connects two.
 *
 * `listen` returns at once and joins in the background, so a service starts without its broker and says so
 * through {@link isConsuming}. Whatever ends its consumer, another one takes its place, for as long as the service
 * is up. `close` finishes the chunk under way, commits it and leaves the group.
 */
export class KafkaTransport extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  readonly #options: KafkaTransportOptions;
  readonly #delivery: Delivery;
  readonly #groupId: string;
  readonly #kafka: Kafka;
  readonly #check: CheckRecord | undefined;
  readonly #held = new HeldPartitions();
  readonly #closing = new AbortController();
  readonly #topics = new Map<string, Topic>();
  #member: GroupMember | undefined;
  #consumer: Consumer | undefined;
  #staying: Promise<void> | undefined;

  constructor(options: KafkaTransportOptions) {
    super();
    this.#options = options;
    this.#delivery = options.delivery ?? 'once-per-service';
    this.setTransportId(transportIds[this.#delivery]);
    const group = prefixed(options.settings, options.group);
    this.#groupId =
      this.#delivery === 'every-instance' ? `${group}.${options.instanceId ?? randomUUID()}` : group;
    this.#kafka = createClient(options.settings, options.log);
    this.#check = options.settings.signing && recordChecker(options.settings.signing);
  }

  /** Whether this instance is a member of its group, or has nothing to be a member for. */
  isConsuming(): boolean {
    if (this.#topics.size === 0) return this.#staying !== undefined;
    return this.#member?.isJoined ?? false;
  }

  /** What holds records up at the moment, if anything. */
  get lastError(): Error | undefined {
    return this.#member?.lastError ?? this.#held.lastError;
  }

  /** Whether records of any partition could not be taken in for so long, in milliseconds. */
  isHeldUpFor(ms: number): boolean {
    return this.#held.areAnyHeldFor(ms);
  }

  override listen(callback: (error?: unknown) => void): void {
    for (const [pattern, { extras }] of this.getHandlers()) {
      const topic = extras?.['topic'] as Topic | undefined;
      if (!topic) throw new Error(`The handler of "${pattern}" is not marked with @OnTopic.`);
      const { service } = this.#options.settings;
      if (service !== undefined && !topic.consumers.includes(service)) {
        throw new Error(`The catalogue does not let ${service} take ${topic.name}.`);
      }
      if (topic.isSigned && !this.#check) throw new Error(`There are no keys to check ${topic.name} with.`);
      this.#topics.set(prefixed(this.#options.settings, topic.name), topic);
    }
    this.#tellOfLeniency();
    this.#staying = this.#topics.size === 0 ? Promise.resolve() : this.#stayInGroup();
    callback();
  }

  /** Whether records of this topic, by its name in the catalogue, are taken here. */
  takes(topic: string): boolean {
    return this.#topics.has(prefixed(this.#options.settings, topic));
  }

  /**
   * Takes records that were put aside once more: checked and read as every record is.
   * @returns those that are not taken this time either
   * @throws what the topic's handler throws; then some of them may have been taken
   */
  async takeAgain(topicName: string, records: readonly KeptRecord[]): Promise<Undecodable[]> {
    const topic = this.#topics.get(prefixed(this.#options.settings, topicName));
    const handler = topic && this.getHandlerByPattern(topic.name);
    if (!handler) throw new Error(`No handler takes records of ${topicName}.`);
    const aside: Undecodable[] = [];
    for (const [partition, ofPartition] of Map.groupBy(records, (record) => record.partition)) {
      await takeInMessages(ofPartition.map(messageOf), topic, partition, {
        ...this.#receivers(handler),
        putAside: (undecodable) => {
          aside.push(...undecodable);
          return Promise.resolve();
        },
      });
    }
    return aside;
  }

  override async close(): Promise<void> {
    this.#closing.abort();
    await this.#staying;
    if (this.#delivery === 'every-instance' && this.#topics.size > 0) await this.#deleteGroup();
  }

  override on(event: string): never {
    throw new Error(`The Kafka transport emits no event called "${event}".`);
  }

  /** The client's consumer of the moment. */
  override unwrap<T>(): T {
    return this.#consumer as T;
  }

  #tellOfLeniency(): void {
    const until = this.#options.settings.signing?.unsignedUntil;
    if (until === undefined || until <= Date.now()) return;
    this.#options.log.warn(`Records without a signature are taken until ${new Date(until).toISOString()}.`);
  }

  /** Until the transport closes: joins, and when its consumer has ended, joins anew with another one. */
  async #stayInGroup(): Promise<void> {
    const { signal } = this.#closing;
    for (let failures = 1; !signal.aborted; failures += 1) {
      const since = performance.now();
      this.#member = this.#newMember();
      const error = await this.#member.live(signal);
      this.#held.clear();
      if (signal.aborted || !error) return;
      if (performance.now() - since > STEADY_MS) failures = 1;
      const pauseMs = backOffMs(failures, Math.random(), REJOIN_PAUSE);
      this.#options.log.error(
        `The consumer of ${this.#topicNames()} as ${this.#groupId} ended (${error.message}). Nothing is lost: ` +
          `records wait in their topics, and a new consumer joins in ${pauseMs} ms.`,
      );
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #newMember(): GroupMember {
    const { settings, log } = this.#options;
    this.#consumer = this.#kafka.consumer({
      groupId: this.#groupId,
      allowAutoTopicCreation: false,
      ...MEMBERSHIP,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      // The client restarts after some errors and not after others, and cannot be stopped while it does.
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    return new GroupMember({
      consumer: this.#consumer,
      topics: [...this.#topics.keys()],
      // A view in memory starts empty, so the group of one instance keeps no offsets to start from.
      autoCommit: this.#delivery === 'once-per-service',
      takeIn: (payload) => this.#takeIn(payload),
      onJoined: (assignment) => {
        const mine = [...assignment].flatMap(([topic, partitions]) =>
          partitions.map((partition) => partitionName(topic, partition)),
        );
        log.log(`Consuming ${mine.length} partitions of ${this.#topicNames()} as ${this.#groupId}.`);
        this.#held.keepOnly(new Set(mine));
      },
      at: settings.brokers.join(', '),
      who: settings.clientId,
      log,
    });
  }

  #topicNames(): string {
    return [...this.#topics.keys()].join(', ');
  }

  async #takeIn(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const topic = this.#topics.get(batch.topic);
    const handler = topic && this.getHandlerByPattern(topic.name);
    if (!handler) throw new Error(`No handler takes records of ${batch.topic}: none of them was committed.`);
    const result = await takeInBatch(payload, topic, {
      ...this.#receivers(handler),
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

  #receivers(handler: MessageHandler): Omit<Receivers<Topic>, 'putAside'> {
    return {
      check: this.#check,
      handle: (records) => dispatch(handler, records),
      refusalOf: this.#options.refusalOf,
    };
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
