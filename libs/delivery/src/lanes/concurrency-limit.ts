/** How many requests at a time a destination permits: felt out from below, learned from its refusals, tried again later. */
import { MINUTE_MS } from '@leads/pacing';

/** After so long without a refusal one more at a time is tried, in milliseconds: what is permitted can change. */
const HOLDS_MS = 10 * MINUTE_MS;

/** Up to so many at a time, what is permitted doubles with each round of answers: one that is too many costs few refusals. */
const DOUBLES_UP_TO = 16;

/**
 * Begins with few, and permits one more for each answer to a request of a full round, so that it doubles; from
 * `DOUBLES_UP_TO` on, or once one was refused, for each answer that came while all were under way. Pure: time is passed in.
 */
export class ConcurrencyLimit {
  private most: number;
  /** How many requests of the last full round are still to be answered. */
  private round = 0;
  private holdsUntil = -Infinity;

  constructor(first: number) {
    this.most = first;
  }

  /** How many at a time each of so many instances may have under way. */
  permitted(instances: number): number {
    return Math.max(1, Math.floor(this.most / instances));
  }

  /** A request begins. @param inFlight how many are under way then */
  begun(inFlight: number, instances: number): void {
    if (inFlight >= this.permitted(instances)) this.round = inFlight;
  }

  /** A request was let through. @param inFlight how many were under way, itself included */
  passed(inFlight: number, now: number, instances: number): void {
    const isOfRound = this.round > 0;
    this.round = Math.max(0, this.round - 1);
    const isDoubling = this.holdsUntil === -Infinity && this.permitted(instances) < DOUBLES_UP_TO;
    const wasFull = isDoubling ? isOfRound : inFlight >= this.permitted(instances);
    if (now < this.holdsUntil || !wasFull) return;
    this.most += 1;
    if (this.holdsUntil > -Infinity) this.holdsUntil = now + HOLDS_MS;
  }

  /**
   * One was refused for the others that were under way.
   * @param stated the limit that was named: that of one server, several may permit more together
   * @param inFlight how many were under way, the refused one included or already not
   */
  refused(stated: number, inFlight: number, now: number, instances: number): void {
    const got = Math.max(1, inFlight - 1) * instances;
    this.most = Math.max(1, stated, Math.min(got, this.most));
    this.holdsUntil = now + HOLDS_MS;
  }
}
