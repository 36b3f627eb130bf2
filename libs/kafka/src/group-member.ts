/** One consumer's life in its group: it connects, joins, takes batches in, and ends once. */
import { setTimeout as delay } from 'node:timers/promises';
import { backOffMs } from '@leads/pacing';
import type { LoggerService } from '@nestjs/common';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { asError } from './as-error.ts';
import { notAllowed } from './not-allowed.ts';

export interface GroupMemberOptions {
  /** Not used before, and not to be used afterwards. */
  consumer: Consumer;
  /** As the broker knows them. */
  topics: readonly string[];
  autoCommit: boolean;
  takeIn: (payload: EachBatchPayload) => Promise<void>;
  /** Called at each assignment, with the partitions that are this member's now. */
  onJoined: (partitions: Map<string, number[]>) => void;
  /** The brokers, for people. */
  at: string;
  /** The client's id. */
  who: string;
  log: Pick<LoggerService, 'warn'>;
}

const CONNECT_PAUSE = { firstMs: 250, mostMs: 5_000, leastMs: 125 };

export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #atWork = new Set<Promise<void>>();
  #joined = false;
  #lastError: Error | undefined;

  constructor(options: GroupMemberOptions) {
    this.#options = options;
  }

  get isJoined(): boolean {
    return this.#joined;
  }

  /** Why it has not joined, or what ended it. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  /**
   * Lives until it is to close, or until the client gives its consumer up. Once this resolves nothing of it is at
   * work any more: what was in hand has been taken in, so whoever takes its place gets no record at the same time.
   * @returns what ended it; nothing when it was closed
   */
  async live(closing: AbortSignal): Promise<Error | undefined> {
    const { consumer, autoCommit, takeIn } = this.#options;
    const over = Promise.withResolvers<Error | undefined>();
    const close = (): void => over.resolve(undefined);
    closing.addEventListener('abort', close);
    this.#followMembership(over.resolve);
    try {
      if (!(await this.#connect(closing))) return undefined;
      await consumer.run({
        eachBatchAutoResolve: false,
        autoCommit,
        eachBatch: (payload) => this.#whileAtWork(takeIn(payload)),
      });
      return closing.aborted ? undefined : await over.promise;
    } catch (error) {
      return (this.#lastError = asError(error));
    } finally {
      closing.removeEventListener('abort', close);
      await this.#end();
    }
  }

  #followMembership(onCrash: (error: Error) => void): void {
    const { consumer, onJoined } = this.#options;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#joined = true;
      this.#lastError = undefined;
      onJoined(new Map(Object.entries(payload.memberAssignment)));
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.#joined = false;
      this.#lastError = payload.error;
      onCrash(payload.error);
    });
  }

  /** Tries until the broker answers and has the topics; false when closed meanwhile. */
  async #connect(closing: AbortSignal): Promise<boolean> {
    const { consumer, topics, log } = this.#options;
    let told = '';
    for (let failures = 1; !closing.aborted; failures += 1) {
      try {
        await consumer.connect();
        await consumer.subscribe({ topics: [...topics], fromBeginning: true });
        return true;
      } catch (error) {
        this.#lastError = asError(error);
        const line = this.#whyNotConnected(this.#lastError);
        if (line !== told) log.warn(line);
        told = line;
        const pause = backOffMs(failures, Math.random(), CONNECT_PAUSE);
        await delay(pause, undefined, { signal: closing }).catch(() => undefined);
      }
    }
    return false;
  }

  #whyNotConnected(error: Error & { type?: unknown }): string {
    const { at, topics, who } = this.#options;
    const waiting = 'Nothing is lost: records wait in their topics, and this is tried again until it works.';
    const refused = notAllowed(error, who, `take ${topics.join(', ')}`);
    if (refused) return `${refused.message} ${waiting}`;
    return error.type === 'UNKNOWN_TOPIC_OR_PARTITION'
      ? `Kafka at ${at} lacks a topic of ${topics.join(', ')}: provision them. ${waiting}`
      : `Kafka at ${at} cannot be used yet (${error.message}). ${waiting}`;
  }

  async #whileAtWork(work: Promise<void>): Promise<void> {
    this.#atWork.add(work);
    try {
      await work;
    } finally {
      this.#atWork.delete(work);
    }
  }

  async #end(): Promise<void> {
    const { consumer, log } = this.#options;
    this.#joined = false;
    try {
      await consumer.disconnect();
    } catch (error) {
      log.warn(`A consumer was not closed in order (${asError(error).message}); its session ends by itself.`);
    }
    // The client does not wait for a batch that was in hand when another one's failure ended it.
    await Promise.allSettled(this.#atWork);
  }
}
