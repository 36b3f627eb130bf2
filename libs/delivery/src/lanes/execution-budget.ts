/** How much execution time a destination's limit permits: what rows cost is learned, and kept to by counting. */
import { HOUR_MS, MINUTE_MS } from '@leads/pacing';

/** So much execution time within a window that slides. */
export interface ExecutionLimit {
  ms: number;
  windowMs: number;
}

/** What ended within the same moment is kept together, in milliseconds. */
const SPAN_MS = 250;

/** How far back requests are counted while no limit is known, in milliseconds. */
const REMEMBER_MS = 5 * MINUTE_MS;

/** Of what several servers permit together, the share to count on. */
const COUNT_ON = 0.95;

/** After so long without a refusal more is tried again, in milliseconds. */
const HOLDS_MS = HOUR_MS;

/** One request takes this share of the window's time at most: smaller ones can be spread. */
const LARGEST_SHARE = 1 / 8;

/** No row is believed to cost more than this beside the time that its request took, in milliseconds. */
const DEAREST_ROW_MS = 2_000;

/** The weight of a new answer in the running means. */
const SMOOTHING = 0.2;

interface Span {
  endsAt: number;
  tookMs: number;
  rows: number;
}

/**
 * A request costs the time that it took, and what each of its rows takes beside that, which only the destination
 * knows: it shows in how much was sent before a refusal, and in what the destination says is left. Pure but for its
 * own state: time is passed in.
 */
export class ExecutionBudget {
  private spans: Span[] = [];
  private tookMs = 0;
  private rowsCounted = 0;
  private inFlight = 0;
  private rowsInFlight = 0;
  private perRowMs = 0;
  private usualMs = 0;
  private usualRows = 1;
  /** The most time that had been used when a request was still let through. */
  private proven = 0;
  private total: ExecutionLimit | undefined;
  private instances = 1;
  private holdsUntil = -Infinity;
  private nextAt = 0;

  /** How many requests of the usual kind so much time is enough for. */
  requests(leftMs: number): number {
    const cost = this.costMs(this.usualMs, this.usualRows);
    return leftMs === Infinity || cost === 0 ? Infinity : Math.floor(leftMs / cost);
  }

  /** The most rows for one request; `Infinity` where nothing speaks against many. */
  rows(now: number): number {
    const limit = this.known(now);
    if (!limit) return Infinity;
    // How long requests themselves take is no reason: many take as long with few rows.
    const { perRowMs } = this;
    return perRowMs === 0 ? Infinity : Math.max(1, Math.floor((limit.ms * LARGEST_SHARE) / perRowMs));
  }

  /** Whether a request may begin: the destination lets one in for as long as the time is not used up. */
  isOpen(now: number): boolean {
    const limit = this.known(now);
    if (!limit) return true;
    this.forget(now - limit.windowMs);
    return this.usedMs() + this.reservedMs() < limit.ms;
  }

  /** How long no request may begin, in milliseconds; 0 where one may, or where only an answer can tell. */
  waitMs(now: number): number {
    const limit = this.known(now);
    if (!limit) return 0;
    let fullMs = 0;
    if (!this.isOpen(now)) {
      let left = this.usedMs();
      for (const { endsAt, tookMs, rows } of this.spans) {
        left -= this.costMs(tookMs, rows);
        fullMs = endsAt + limit.windowMs - now;
        if (left + this.reservedMs() < limit.ms) break;
      }
    }
    return Math.ceil(Math.max(0, fullMs, this.nextAt - now));
  }

  /** @returns how much time had been used by then, in milliseconds */
  begun(rows: number, now: number): number {
    const limit = this.known(now);
    const used = this.usedMs();
    if (limit) {
      const cost = this.costMs(this.usualMs, rows);
      this.nextAt =
        Math.max(now, this.nextAt) +
        (limit.windowMs * cost * Math.min(limit.ms, used + cost)) / limit.ms ** 2;
    }
    this.inFlight += 1;
    this.rowsInFlight += rows;
    return used;
  }

  /**
   * @param tookMs how long it took; `undefined` where it was refused, and costs nothing
   * @param usedBefore how much time had been used when it began
   */
  ended(rows: number, tookMs: number | undefined, usedBefore: number, now: number): void {
    this.inFlight -= 1;
    this.rowsInFlight -= rows;
    if (tookMs === undefined) return;
    this.proven = Math.max(this.proven, usedBefore);
    this.usualMs += (this.usualMs === 0 ? 1 : SMOOTHING) * (tookMs - this.usualMs);
    this.usualRows += SMOOTHING * (rows - this.usualRows);
    this.count({ endsAt: now + SPAN_MS, tookMs, rows });
  }

  /** The destination says how much time is left for one of its servers. */
  told(leftMs: number, now: number): void {
    const limit = this.known(now);
    if (!limit || this.inFlight > 0 || this.rowsCounted === 0) return;
    this.forget(now - limit.windowMs);
    const hidden = (limit.ms - leftMs - this.tookMs) / Math.max(1, this.rowsCounted);
    // At nothing left it has only stopped counting, and more may have been used than that.
    if (leftMs > 0 || hidden > this.perRowMs) this.learnRow(hidden, SMOOTHING);
  }

  /** The destination refuses because of its limit on execution time. */
  refused({ ms, windowMs }: ExecutionLimit, now: number): void {
    this.forget(now - windowMs);
    const share = ms / this.instances;
    const hidden = (share - this.tookMs) / Math.max(1, this.rowsCounted);
    if (this.rowsCounted > 0 && hidden > this.perRowMs) this.learnRow(hidden, 1);
    // The limit is that of one server; what several of them permit together shows in how much got through.
    const permitted = Math.max(share, COUNT_ON * Math.min(this.proven, this.known(now)?.ms ?? Infinity));
    this.proven = 0;
    this.total = { ms: permitted * this.instances, windowMs };
    this.holdsUntil = now + HOLDS_MS;
    this.fill(permitted - this.usedMs(), windowMs, now);
  }

  shareAmong(instances: number): void {
    this.instances = instances;
  }

  private known(now: number): ExecutionLimit | undefined {
    if (!this.total || now >= this.holdsUntil) return undefined;
    return { ms: this.total.ms / this.instances, windowMs: this.total.windowMs };
  }

  private learnRow(ms: number, weight: number): void {
    const believed = Math.min(DEAREST_ROW_MS, Math.max(0, ms));
    this.perRowMs += weight * (believed - this.perRowMs);
  }

  private costMs(tookMs: number, rows: number): number {
    return tookMs + rows * this.perRowMs;
  }

  private usedMs(): number {
    return this.costMs(this.tookMs, this.rowsCounted);
  }

  private reservedMs(): number {
    return this.costMs(this.inFlight * this.usualMs, this.rowsInFlight);
  }

  private count(span: Span): void {
    const last = this.spans.at(-1);
    if (last && span.endsAt - SPAN_MS < last.endsAt - SPAN_MS / 2) {
      last.tookMs += span.tookMs;
      last.rows += span.rows;
      last.endsAt = Math.max(last.endsAt, span.endsAt);
    } else {
      this.forget(span.endsAt - SPAN_MS - (this.total?.windowMs ?? REMEMBER_MS));
      this.spans.push(span);
    }
    this.tookMs += span.tookMs;
    this.rowsCounted += span.rows;
  }

  /** Forgets what ended before that time. */
  private forget(before: number): void {
    const kept = this.spans.findIndex(({ endsAt }) => endsAt > before);
    for (const { tookMs, rows } of this.spans.splice(0, kept < 0 ? this.spans.length : kept)) {
      this.tookMs -= tookMs;
      this.rowsCounted -= rows;
    }
    if (this.spans.length === 0) this.tookMs = this.rowsCounted = 0;
  }

  /** Counts time that others used in the same name. Nobody can tell when, so evenly over the window. */
  private fill(unknownMs: number, windowMs: number, now: number): void {
    if (unknownMs <= 0) return;
    const steps = Math.ceil(windowMs / SPAN_MS);
    for (let step = 1; step <= steps; step += 1)
      this.spans.push({ endsAt: now - windowMs + step * SPAN_MS, tookMs: unknownMs / steps, rows: 0 });
    this.spans.sort((a, b) => a.endsAt - b.endsAt);
    this.tookMs += unknownMs;
  }
}
