/** How fast a lane may go: what its organisation's answers permit, and how long to hold after trouble. */
import { type BackOff, backOffMs } from '@leads/pacing';
import type { Verdict } from './classify-failure.ts';
import type { CapacityHints } from './read-answer.ts';
import { RequestBudget, type WindowLimit } from './request-budget.ts';

/** After so many passing failures in a row the lane feels its way with one request at a time. */
const STUMBLES_BEFORE_CAUTION = 3;

/** Between two tries of a lane in trouble. */
const TRY_AGAIN: BackOff = { firstMs: 1_000, mostMs: 60_000, leastMs: 1_000 };

/** An answer slower than this many times the usual one is a sign of too much at once. */
const SLOW_FACTOR = 3;

/** The weight of a new answer in the running mean. */
const SMOOTHING = 0.1;

/**
 * The pace of one lane. Pure but for its own state: time and randomness are passed in.
 *
 * The number of requests under way rises by one for each full round of successes and halves when the organisation
 * throttles. Where it refuses for the number of requests, the lane keeps to that number by counting from then on. In
 * trouble (a broken connection, or several passing failures in a row) one request at a time is tried, with back-off.
 */
export class Pace {
  private limit: number;
  private holdUntil = 0;
  private askedUntil = 0;
  private troubles = 0;
  private usualMs: number | undefined;
  private slowedAt = 0;
  private recommended = false;
  private remaining = Infinity;
  private underWay = 0;
  private stated: WindowLimit | undefined;
  private readonly budget = new RequestBudget();

  /** @param start how many requests at a time to begin with; @param most how many never to exceed */
  constructor(
    start: number,
    private readonly most: number,
  ) {
    this.limit = Math.min(start, most);
  }

  /** Whether only one request at a time is tried. */
  get cautious(): boolean {
    return this.troubles >= STUMBLES_BEFORE_CAUTION;
  }

  /** How many requests may be under way at a time, now. */
  get concurrency(): number {
    return this.cautious ? 1 : Math.max(1, Math.min(Math.floor(this.limit), this.remaining));
  }

  /** How many more requests may begin now. */
  room(now: number): number {
    return Math.max(0, Math.min(this.concurrency - this.underWay, this.budget.room(now)));
  }

  /** How long nothing may begin, in milliseconds; 0 where something may. */
  holdMs(now: number): number {
    return Math.max(0, this.holdUntil - now, this.budget.waitMs(now));
  }

  /** A request begins. */
  begun(now: number): void {
    this.underWay += 1;
    this.budget.begun(now);
  }

  /** A request has been answered, or never will be. @param refused whether the organisation answered 429 */
  ended(refused: boolean, now: number): void {
    this.underWay -= 1;
    this.budget.ended(!refused, now);
  }

  /** How long the organisation itself asked to be left alone, in milliseconds; 0 where it does not. */
  askedMs(now: number): number {
    return Math.max(0, this.askedUntil - now);
  }

  /** Somebody mended the connection: try at once, but for the time that the organisation itself asked for. */
  forgive(): void {
    this.holdUntil = this.askedUntil;
    this.troubles = 0;
  }

  /** Nothing may begin for so long, whatever the organisation says. */
  hold(ms: number, now: number): void {
    this.holdUntil = Math.max(this.holdUntil, now + ms);
  }

  /**
   * Takes what the organisation says of its capacity: it begins at the parallelism that is recommended, and what its
   * limit still permits is not sent all at once, so that few requests run into it.
   * @param stated the limit that a refusal names
   */
  heed({ parallelism, remaining = Infinity }: CapacityHints, stated?: WindowLimit): void {
    this.remaining = remaining;
    this.stated = stated;
    if (this.recommended || parallelism === undefined) return;
    this.recommended = true;
    this.limit = Math.min(parallelism, this.most);
  }

  /**
   * Learns from one answer.
   * @param tookMs how long it took; `undefined` where that says nothing, as for requests of differing size
   * @param random a number in [0, 1)
   */
  learn(verdict: Verdict, tookMs: number | undefined, now: number, random: number): void {
    switch (verdict.kind) {
      case 'written':
      case 'lead-refused':
        this.troubles = 0;
        this.adapt(tookMs, now);
        return;
      case 'throttled':
        // After the wait one request finds out how much is permitted; many at once would only make it longer.
        this.remaining = 1;
        this.slowDown(now);
        if (verdict.reason.cause === 'throttled-requests') this.budget.refused(this.stated, now);
        this.askedUntil = Math.max(this.askedUntil, now + verdict.waitMs);
        this.hold(verdict.waitMs, now);
        return;
      case 'transient':
        this.trouble(now, random);
        return;
      case 'connection-broken':
        this.troubles = Math.max(this.troubles, STUMBLES_BEFORE_CAUTION - 1);
        this.trouble(now, random);
        return;
    }
  }

  private trouble(now: number, random: number): void {
    this.troubles += 1;
    if (!this.cautious) return;
    const beyond = this.troubles - STUMBLES_BEFORE_CAUTION + 1;
    this.hold(backOffMs(beyond, random, TRY_AGAIN), now);
  }

  private adapt(tookMs: number | undefined, now: number): void {
    const usual = this.usualMs;
    const slow = usual !== undefined && tookMs !== undefined && tookMs > Math.max(100, SLOW_FACTOR * usual);
    if (slow) this.slowDown(now);
    else this.limit = Math.min(this.most, this.limit + 1 / this.limit);
    if (tookMs === undefined) return;
    this.usualMs = usual === undefined ? tookMs : usual + SMOOTHING * (tookMs - usual);
  }

  /** Halves, but once for all answers to requests that were under way together. */
  private slowDown(now: number): void {
    if (now - this.slowedAt < 1_000) return;
    this.slowedAt = now;
    this.limit = Math.max(1, this.limit / 2);
  }
}
