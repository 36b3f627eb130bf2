/** The partitions whose records could not be made safe: each is tried again after a pause of its own. */
import { backOffMs } from '@leads/pacing';

const PAUSE = { firstMs: 100, mostMs: 10_000, leastMs: 50 };

interface Held {
  failures: number;
  /** By the process's own clock, in milliseconds. */
  since: number;
  error: Error;
  timer: NodeJS.Timeout;
}

/** Keeps count of failures in a row for each partition, and lets a held one go on when its pause is over. */
export class HeldPartitions {
  readonly #held = new Map<string, Held>();
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Calls `resume` after a pause that grows with each failure in a row; says how long it is, in milliseconds. */
  hold(partition: string, error: Error, resume: () => void): { failures: number; pauseMs: number } {
    const before = this.#held.get(partition);
    clearTimeout(before?.timer);
    const failures = (before?.failures ?? 0) + 1;
    const pauseMs = backOffMs(failures, this.#random(), PAUSE);
    this.#held.delete(partition);
    const since = before?.since ?? performance.now();
    this.#held.set(partition, { failures, since, error, timer: setTimeout(resume, pauseMs).unref() });
    return { failures, pauseMs };
  }

  /** The partition's records are safe again; true when it had been held. */
  release(partition: string): boolean {
    clearTimeout(this.#held.get(partition)?.timer);
    return this.#held.delete(partition);
  }

  /**
   * Forgets the partitions that other members have now. Their pauses still end on time: the client would
   * otherwise keep one paused that comes back.
   */
  keepOnly(partitions: ReadonlySet<string>): void {
    for (const partition of this.#held.keys()) {
      if (!partitions.has(partition)) this.#held.delete(partition);
    }
  }

  /** No partition is resumed any more. */
  clear(): void {
    for (const { timer } of this.#held.values()) clearTimeout(timer);
    this.#held.clear();
  }

  /** Whether any of them has been held for so long, in milliseconds. */
  areAnyHeldFor(ms: number): boolean {
    return [...this.#held.values()].some(({ since }) => performance.now() - since >= ms);
  }

  /** Why the partition that failed last is held. */
  get lastError(): Error | undefined {
    return [...this.#held.values()].at(-1)?.error;
  }
}
