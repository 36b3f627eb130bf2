/** What a destination permits one identity, whichever of its lanes asks, and for whatever it asks. */
import { Doorbell, HOUR_MS } from '@leads/pacing';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { ExecutionBudget, type ExecutionLimit } from './execution-budget.ts';
import { RequestBudget, type WindowLimit } from './request-budget.ts';

/** The longest wait that a destination is granted, in milliseconds: nobody stands still for longer without a look. */
const LONGEST_WAIT_MS = HOUR_MS;

/** Who waits for a turn looks again at the latest after so many milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/** A wait that was asked for, as it is granted: never negative, never beyond the longest, none where it is no number. */
export function grantedMs(ms: number): number {
  return Number.isNaN(ms) ? 0 : Math.min(LONGEST_WAIT_MS, Math.max(0, ms));
}

/** A limit that a refusal names. */
export type Limit =
  | ({ of: 'requests' } & WindowLimit)
  | ({ of: 'execution' } & ExecutionLimit)
  | { of: 'concurrency'; requests: number };

/** What the destination asks for when it refuses a request as too much, or is away for a stated time. */
export interface Asked {
  waitMs: number;
  limit?: Limit | undefined;
}

/** What a destination says of its capacity beside its answers. */
export interface Capacity {
  /** How many requests at a time it recommends. */
  parallelism?: number;
  /** How many more requests its limit permits for now. */
  remaining?: number;
  /** How much execution time its limit permits for now, in milliseconds. */
  remainingMs?: number;
}

/** A request under way. */
export interface Request {
  readonly rows: number;
  readonly begunAt: number;
  /** How much execution time had been used by then, in milliseconds. */
  readonly usedBefore: number;
}

/**
 * Every request of one identity begins here and ends here: creates, look-ups and questions alike, of all lanes that
 * share it. Pure but for its own state and for who waits: time is passed in.
 */
export class Limits {
  private under = 0;
  private askedUntil = -Infinity;
  private remaining = Infinity;
  private remainingMs = Infinity;
  private instances = 1;
  private readonly requests: RequestBudget;
  private readonly execution = new ExecutionBudget();
  private readonly concurrency: ConcurrencyLimit;
  private readonly waiting = new Set<() => void>();

  /**
   * @param firstAtATime how many requests at a time to begin with, where the destination wants a slow start
   * @param onAsked told until when the destination asked to be left alone, in milliseconds since the epoch
   * @param usual how many requests the destination permits as a rule
   */
  constructor(
    firstAtATime = Infinity,
    private readonly onAsked: (until: number) => void = () => undefined,
    usual?: WindowLimit,
  ) {
    this.concurrency = new ConcurrencyLimit(firstAtATime);
    this.requests = new RequestBudget(usual);
  }

  /** How many requests are under way. */
  get inFlight(): number {
    return this.under;
  }

  /** Whether nothing would be lost with it. */
  isIdle(now: number): boolean {
    return this.under === 0 && this.waitMs(now) === 0;
  }

  /** How many requests at a time are permitted, at least one. */
  get limit(): number {
    const shared = Math.floor(this.remaining / this.instances);
    const affordable = this.execution.requests(this.remainingMs / this.instances);
    return Math.max(1, Math.min(this.concurrency.permitted(this.instances), shared, affordable));
  }

  /** How many more requests may begin now. */
  room(now: number): number {
    const open = this.execution.isOpen(now) ? Infinity : 0;
    return Math.max(0, Math.min(this.limit - this.under, this.requests.room(now), open));
  }

  /** How long nothing may begin, in milliseconds; 0 where something may, or where only an answer can tell. */
  waitMs(now: number): number {
    return Math.max(this.askedMs(now), this.requests.waitMs(now), this.execution.waitMs(now));
  }

  /** How long the destination itself asked to be left alone, in milliseconds; 0 where it does not. */
  askedMs(now: number): number {
    return Math.max(0, this.askedUntil - now);
  }

  /** See {@link RequestBudget.frugalMs}. */
  frugalMs(now: number): number | undefined {
    return this.requests.frugalMs(this.remaining, now);
  }

  /** The most rows that one request should carry, as its execution time permits. */
  rows(now: number): number {
    return this.execution.rows(now);
  }

  /** A request with so many rows begins. */
  begun(now: number, rows = 1): Request {
    this.under += 1;
    this.concurrency.begun(this.under, this.instances);
    this.requests.begun(now);
    return { rows, begunAt: now, usedBefore: this.execution.begun(rows, now) };
  }

  /** A request has been answered, or never will be. @param refused whether the destination refused it as too much */
  ended({ rows, begunAt, usedBefore }: Request, refused: boolean, now: number): void {
    if (!refused) this.concurrency.passed(this.under, now, this.instances);
    this.under -= 1;
    this.requests.ended(!refused, now);
    this.execution.ended(rows, refused ? undefined : now - begunAt, usedBefore, now);
    this.free();
  }

  /** Takes what the destination says of its capacity beside an answer. */
  adopt({ remaining = Infinity, remainingMs }: Capacity, now: number): void {
    this.remaining = remaining;
    this.remainingMs = remainingMs ?? Infinity;
    if (remainingMs !== undefined && this.instances === 1) this.execution.told(remainingMs, now);
    this.free();
  }

  /** The destination refuses as too much, or is away for so long. */
  refused({ waitMs, limit }: Asked, now: number): void {
    // After the wait one request finds out how much is permitted; many at once would only make it longer.
    this.remaining = 1;
    if (limit?.of === 'requests') this.requests.refused(limit, now);
    if (limit?.of === 'execution') this.execution.refused(limit, now);
    if (limit?.of === 'concurrency')
      this.concurrency.refused(limit.requests, this.under, now, this.instances);
    const until = now + grantedMs(waitMs);
    if (until <= Math.max(now, this.askedUntil)) return;
    this.askedUntil = until;
    this.onAsked(until);
  }

  /** The destination asked to be left alone until then, as it was written down. */
  holdUntil(until: number): void {
    this.askedUntil = Math.max(this.askedUntil, until);
  }

  /** A person wants to know: what was asked for counts no more. */
  lift(): void {
    this.askedUntil = -Infinity;
    this.free();
  }

  /** So many instances send in this name: each keeps to its share. */
  shareAmong(instances: number): void {
    this.instances = Math.max(1, instances);
    this.requests.shareAmong(this.instances);
    this.execution.shareAmong(this.instances);
  }

  /** Who waits for room is told once there may be some. */
  whenFree(tell: () => void): void {
    this.waiting.add(tell);
  }

  /** Who does not wait any more is not told. */
  forgetWaiting(tell: () => void): void {
    this.waiting.delete(tell);
  }

  /**
   * Waits until a request may begin, and begins it.
   * @param patienceMs how long to wait at most
   * @returns `undefined` where it may not by then, or is known now not to
   */
  async admission(patienceMs: number, rows = 1, signal?: AbortSignal): Promise<Request | undefined> {
    const deadline = Date.now() + patienceMs;
    const bell = new Doorbell();
    const ring = (): void => bell.ring();
    signal?.addEventListener('abort', ring, { once: true });
    try {
      for (;;) {
        const now = Date.now();
        const waitMs = this.waitMs(now);
        if (signal?.aborted || now + waitMs > deadline) return undefined;
        if (waitMs === 0 && this.room(now) > 0) return this.begun(now, rows);
        this.whenFree(ring);
        await bell.sleep(Math.min(waitMs || LOOK_AGAIN_MS, Math.max(1, deadline - now)));
      }
    } finally {
      this.forgetWaiting(ring);
      signal?.removeEventListener('abort', ring);
    }
  }

  private free(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const tell of waiting) tell();
  }
}
