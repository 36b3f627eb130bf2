/** How many requests a destination's limit permits: learned from its refusals, kept to by counting. */
import { HOUR_MS, MINUTE_MS } from '@leads/pacing';

/** So many requests within a window that slides. */
export interface WindowLimit {
  requests: number;
  windowMs: number;
}

/** How far back requests are counted while no limit is known, in milliseconds. */
const REMEMBER_MS = 5 * MINUTE_MS;

/** Requests are counted together that ended within so long, in milliseconds: what is kept stays small. */
const SPAN_MS = 250;

/** Of what got through before a refusal, the share to count on again where it is more than one server permits. */
const COUNT_ON = 0.95;

/** What could be sent together waits for others at most so long, in milliseconds. */
const MOST_FRUGAL_MS = 1_000;

/** After so long without a refusal more is tried again, in milliseconds: the destination may have got more servers. */
const HOLDS_MS = HOUR_MS;

/**
 * Counts what is sent within the destination's window, so that the lane stops before it is refused and goes on as
 * soon as the window has moved. Until the first refusal nothing is known, and nothing withheld. After it, requests
 * are spaced by `window × used / limit²`: hardly at all while the window is all but empty, and at the very rate that
 * the window permits when it is full. Pure but for its own state: time is passed in.
 */
export class RequestBudget {
  private spans: { endsAt: number; requests: number }[] = [];
  private counted = 0;
  private inFlight = 0;
  private limit: WindowLimit | undefined;
  private limitHoldsUntil = 0;
  private nextAt = 0;
  private begunAt = -Infinity;
  private instances = 1;

  /** @param usual what is permitted as a rule: a refusal alone tells what is */
  constructor(private readonly usual?: WindowLimit) {}

  /** So many instances send in the same name: each keeps to its share. */
  shareAmong(instances: number): void {
    this.instances = instances;
  }

  /** A request begins. */
  begun(now: number): void {
    this.nextAt = Math.max(now, this.nextAt) + this.gapMs(now);
    this.begunAt = now;
    this.inFlight += 1;
  }

  /** A request has ended. @param counts whether the destination counts it: all but those that it refused */
  ended(counts: boolean, now: number): void {
    this.inFlight -= 1;
    if (counts) this.count(1, now);
  }

  /** The destination refuses because of its limit on requests. */
  refused({ requests, windowMs }: WindowLimit, now: number): void {
    this.forget(now - windowMs);
    // The limit is that of one server; what several of them permit together shows in how much got through.
    const share = Math.max(1, Math.floor(requests / this.instances));
    const permitted = Math.max(share, Math.floor(this.counted * COUNT_ON));
    this.limit = { requests: permitted * this.instances, windowMs };
    this.limitHoldsUntil = now + HOLDS_MS;
    this.fill(permitted - this.counted, windowMs, now);
  }

  /** How long no request may begin, in milliseconds; 0 where one may, or where only an answer can tell. */
  waitMs(now: number): number {
    const limit = this.known(now);
    if (!limit) return 0;
    const [oldest] = this.room(now) < 1 ? this.spans : [];
    const fullMs = oldest ? oldest.endsAt + limit.windowMs - now : 0;
    return Math.ceil(Math.max(0, fullMs, this.nextAt - now));
  }

  /** How many requests may begin now. */
  room(now: number): number {
    const limit = this.known(now);
    if (!limit) return Infinity;
    this.forget(now - limit.windowMs);
    return Math.max(0, limit.requests - this.counted - this.inFlight);
  }

  /**
   * How long a request that could carry more should wait for others, in milliseconds. While no refusal has told the
   * limit, a first one would mean a long wait: once half of what is permitted as a rule is used, the rest is spread over
   * the window.
   * @param remaining how many more the destination says that it permits
   * @returns `undefined` where there is enough for each alone
   */
  frugalMs(remaining: number, now: number): number | undefined {
    if (!this.usual || this.known(now)) return undefined;
    const { requests, windowMs } = this.usual;
    this.forget(now - windowMs);
    const share = requests / this.instances;
    const left = Math.min(share - this.counted - this.inFlight, remaining / this.instances);
    if (left >= share / 2) return undefined;
    const gapMs = Math.min(MOST_FRUGAL_MS, windowMs / Math.max(1, left));
    return Math.max(0, this.begunAt + gapMs - now);
  }

  private known(now: number): WindowLimit | undefined {
    if (!this.limit || now >= this.limitHoldsUntil) return undefined;
    const { requests, windowMs } = this.limit;
    return { requests: Math.max(1, Math.floor(requests / this.instances)), windowMs };
  }

  private gapMs(now: number): number {
    const limit = this.known(now);
    if (!limit) return 0;
    const { requests, windowMs } = limit;
    return (windowMs * Math.min(requests, this.counted + this.inFlight)) / requests ** 2;
  }

  private count(requests: number, now: number): void {
    const last = this.spans.at(-1);
    if (last && now < last.endsAt) last.requests += requests;
    else {
      this.forget(now - (this.limit?.windowMs ?? this.usual?.windowMs ?? REMEMBER_MS));
      this.spans.push({ endsAt: now + SPAN_MS, requests });
    }
    this.counted += requests;
  }

  /** Forgets what ended before that time. */
  private forget(before: number): void {
    const kept = this.spans.findIndex(({ endsAt }) => endsAt > before);
    for (const { requests } of this.spans.splice(0, kept < 0 ? this.spans.length : kept))
      this.counted -= requests;
  }

  /**
   * Counts requests that the destination knows of and this lane does not: questions in the same user's name, or what
   * another instance sent that had the lane before. Nobody can tell when they were, so evenly over the window.
   */
  private fill(unknown: number, windowMs: number, now: number): void {
    if (unknown <= 0) return;
    const steps = Math.ceil(windowMs / SPAN_MS);
    const spans = this.spans;
    for (let step = 1; step <= steps; step += 1) {
      const requests = Math.floor((unknown * step) / steps) - Math.floor((unknown * (step - 1)) / steps);
      if (requests > 0) spans.push({ endsAt: now - windowMs + step * SPAN_MS, requests });
    }
    this.spans = spans.sort((a, b) => a.endsAt - b.endsAt);
    this.counted += unknown;
  }
}
