/** How fast a lane may go: what its destination's answers permit, and how long to hold after trouble. */
import { type BackOff, backOffMs } from '@leads/pacing';
import { type Asked, type Capacity, Limits, type Request } from './limits.ts';
import { ParcelSize } from './parcel-size.ts';

/** What the answers to a request say of the lane, once it is known whose fault a refusal is. */
export type Verdict =
  { kind: 'written' | 'transient' | 'connection-broken' | 'lead-refused' } | ({ kind: 'throttled' } & Asked);

/** How many requests at a time a lane begins with. */
const START_AT_A_TIME = 4;

/** After so many passing failures in a row the lane feels its way with one request at a time. */
const STUMBLES_BEFORE_CAUTION = 3;

/** Between two tries of a lane in trouble. */
const TRY_AGAIN: BackOff = { firstMs: 1_000, mostMs: 60_000, leastMs: 1_000 };

/** After a refusal as too much, however short a wait it asks for, in milliseconds: else one for 0 s would be asked in a hot loop. */
const LEAST_AFTER_REFUSAL_MS = 1_000;

/** An answer slower than this many times the usual one is a sign of too much at once. */
const SLOW_FACTOR = 3;

/** The weight of a new answer in the running mean. */
const SMOOTHING = 0.1;

/** A request that has had no answer for so long is overdue, in milliseconds: with one lead, and with many. */
const OVERDUE_MS = { one: 5_000, many: 15_000 };

/** How a request ended: some lead passed, a question was answered, it was refused as too much, or anything else. */
export type Ending = 'passed' | 'answered' | 'refused' | 'failed';

/** A request of a lane's that is under way. */
export interface LaneRequest extends Request {
  /** Given once it is not worth waiting for any more: others that began later have passed. */
  readonly cut: AbortSignal;
  /** Whether it is given its whole time where no more than a question was answered. */
  readonly isPatient: boolean;
}

/**
 * The pace of one lane. Pure but for its own state: time and randomness are passed in.
 *
 * The number of requests in flight doubles with each full round of successes until the first sign of too much, rises by
 * one for each after that, and halves when the destination throttles. What is permitted to its identity, the lane shares with others. In trouble (a broken connection, or
 * several passing failures in a row) one request at a time is tried, with back-off. Where all requests hang, one more
 * feels its way; once it passes, those that hang are cut off. An answer to a question alone shows less, since leads can
 * take their time where questions do not: what it has cut off is waited for longer, and each lead but once.
 */
export class Pace {
  private allowance: number;
  private readonly requests = new Map<LaneRequest, AbortController>();
  private readonly size: ParcelSize;
  /** Whether there is some other reason to send one request at a time. */
  isCareful = false;
  private isProbing = false;
  private holdUntil = 0;
  private troubles = 0;
  private usualMs: number | undefined;
  private slowedAt = -Infinity;
  private recommended = false;

  /**
   * @param most how many requests at a time never to exceed; @param start how many to begin with
   * @param limits what is permitted to the identity that the lane sends as
   * @param mostRows the most leads in one request
   */
  constructor(
    private readonly most: number,
    start = START_AT_A_TIME,
    readonly limits: Limits = new Limits(),
    mostRows = 1,
  ) {
    this.allowance = Math.min(start, most);
    this.size = new ParcelSize(mostRows);
  }

  /** How many requests are in flight. */
  get inFlight(): number {
    return this.requests.size;
  }

  /** Whether only one request at a time is tried. */
  get cautious(): boolean {
    return this.troubles >= STUMBLES_BEFORE_CAUTION;
  }

  /** How many requests may be in flight at a time. */
  get limit(): number {
    return this.cautious || this.isCareful
      ? 1
      : Math.max(1, Math.min(Math.floor(this.allowance), this.limits.limit));
  }

  /** How many more requests may begin now. */
  room(now: number): number {
    const room = Math.max(0, Math.min(this.limit - this.inFlight, this.limits.room(now)));
    return this.isProbing || this.isStuck(now) ? Math.max(1, room) : room;
  }

  /** The most leads that the next request should carry. */
  rows(now: number): number {
    return Math.min(this.size.rows, this.limits.rows(now));
  }

  /** How long nothing may begin, in milliseconds; 0 where something may. */
  holdMs(now: number): number {
    return this.isProbing ? 0 : Math.max(this.holdUntil - now, this.limits.waitMs(now));
  }

  /**
   * Where requests should be spared: how long one that could carry more leads should wait for others, in milliseconds.
   * @returns `undefined` where each lead may go alone
   */
  frugalMs(now: number): number | undefined {
    return this.isProbing || this.rows(now) === 1 ? undefined : this.limits.frugalMs(now);
  }

  /** A request with so many leads begins. @param isPatient as in {@link LaneRequest} */
  begun(now: number, rows = 1, isPatient = false): LaneRequest {
    return this.add(this.limits.begun(now, rows), isPatient);
  }

  /**
   * A further request begins as soon as it may, since the one that it follows was not the last.
   * @param signal given where it need not begin any more
   * @returns `undefined` then, or where it may not within so many milliseconds
   */
  async admission(
    patienceMs: number,
    rows: number,
    signal: AbortSignal,
    isPatient = false,
  ): Promise<LaneRequest | undefined> {
    const request = await this.limits.admission(patienceMs, rows, signal);
    return request && this.add(request, isPatient);
  }

  /** A request has been answered, or never will be. */
  ended(request: LaneRequest, ending: Ending, now: number): void {
    this.requests.delete(request);
    this.limits.ended(request, ending === 'refused', now);
    const { rows, begunAt, cut } = request;
    if (ending !== 'refused' && !cut.aborted) this.size.took(rows, now - begunAt);
    if (cut.aborted) this.size.shrink(rows);
    if (ending !== 'passed' && ending !== 'answered') return;
    for (const [other, controller] of this.requests) {
      const isLost =
        ending === 'passed'
          ? this.isOverdue(other, now)
          : !other.isPatient && this.isOverdue(other, now, OVERDUE_MS.many);
      if (other.begunAt < begunAt && isLost) controller.abort();
    }
  }

  /** How long the destination itself asked to be left alone, in milliseconds; 0 where it does not. */
  askedMs(now: number): number {
    return this.limits.askedMs(now);
  }

  /** A person saved the connection or validates it: one request is tried at once, whatever was waited for. */
  forgive(): void {
    this.holdUntil = -Infinity;
    this.troubles = 0;
    this.isProbing = true;
    this.limits.lift();
  }

  /** What a person's act permits at once was tried, and came to nothing before there was a request. */
  tried(): void {
    this.isProbing = false;
  }

  /** Nothing may begin for so long, whatever the destination says. */
  hold(ms: number, now: number): void {
    this.holdUntil = Math.max(this.holdUntil, now + ms);
  }

  /**
   * Takes what the destination says of its capacity: it begins at the parallelism that is recommended, and what its
   * limits still permit is not sent all at once, so that few requests run into them.
   */
  adopt(capacity: Capacity, now: number): void {
    const { parallelism } = capacity;
    this.limits.adopt(capacity, now);
    if (this.recommended || parallelism === undefined) return;
    this.recommended = true;
    this.allowance = Math.min(parallelism, this.most);
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
        // Nothing but what the destination asked for is waited for any more.
        this.holdUntil = -Infinity;
        this.adapt(tookMs, now);
        return;
      case 'throttled':
        this.slowDown(now);
        this.limits.refused(verdict, now);
        this.hold(LEAST_AFTER_REFUSAL_MS, now);
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

  private add(request: Request, isPatient: boolean): LaneRequest {
    this.isProbing = false;
    const controller = new AbortController();
    const added = { ...request, cut: controller.signal, isPatient };
    this.requests.set(added, controller);
    return added;
  }

  /** Whether no request that is under way will be answered, as it seems: one more finds out. */
  isStuck(now: number): boolean {
    return this.inFlight > 0 && [...this.requests.keys()].every((request) => this.isOverdue(request, now));
  }

  private isOverdue(
    { rows, begunAt }: Request,
    now: number,
    afterMs = rows === 1 ? OVERDUE_MS.one : OVERDUE_MS.many,
  ): boolean {
    const usual = rows === 1 ? (this.usualMs ?? 0) : 0;
    return now - begunAt >= Math.max(afterMs, SLOW_FACTOR * usual);
  }

  /** Whether there has been a sign of too much at once. */
  private get hasSlowed(): boolean {
    return this.slowedAt > -Infinity;
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
    else this.allowance = Math.min(this.most, this.allowance + (this.hasSlowed ? 1 / this.allowance : 1));
    if (tookMs === undefined) return;
    this.usualMs = usual === undefined ? tookMs : usual + SMOOTHING * (tookMs - usual);
  }

  /** Halves, but once for all answers to requests that were in flight together. */
  private slowDown(now: number): void {
    if (now - this.slowedAt < 1_000) return;
    this.slowedAt = now;
    this.allowance = Math.max(1, this.allowance / 2);
  }
}
