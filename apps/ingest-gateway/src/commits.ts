/** Commits leads: posts that come while a commit is under way share the next one, a lone one goes at once. */
import { isOfTheData } from '@leads/database';
import { NaturalBatching } from '@leads/pacing';
import type { Accepted, Posted } from './lead-store.ts';
import { databaseUnavailable, tooManyPosts } from './refusals.ts';

/** How much one commit may hold: hundreds of usual leads, and of the largest a few dozen. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** How many may wait for a commit: a few seconds' work. Who would be behind them is told to come again. */
const MOST_WAITING = 5_000;

/** How much of one address may wait for a commit, in characters: whoever floods one does not take the others' turn. */
const MOST_OF_ONE = 8 * 1024 * 1024;

/** The leads of one post: committed together or not at all, so that a sender that repeats it doubles nothing. */
interface Waiting {
  leads: readonly Posted[];
  settled?: { accepted: Accepted[] } | { failed: unknown };
}

export class Commits {
  private waiting = 0;
  private readonly waitingOf = new Map<string, number>();
  private readonly batches: NaturalBatching<Waiting>;

  /**
   * @param acceptAll commits all of them or none, and says what became of each
   * @param most posts in one commit
   */
  constructor(
    private readonly acceptAll: (posted: Posted[]) => Promise<Accepted[]>,
    most: number,
  ) {
    this.batches = new NaturalBatching(
      (waiting) => this.commit(waiting),
      ({ leads }) => sizeOf(leads),
      { records: most, bytes: MOST_CHARACTERS },
    );
  }

  /**
   * Resolves once all leads of a post are committed; says what became of each, in their order.
   * @param leads of one connection, at least one
   * @throws why none of them is, or is known to be
   */
  async accept(leads: readonly Posted[]): Promise<Accepted[]> {
    if (this.waiting >= MOST_WAITING) throw databaseUnavailable();
    const connectionId = leads[0]?.lead.connectionId ?? '';
    const size = sizeOf(leads);
    const ofOne = this.waitingOf.get(connectionId) ?? 0;
    if (ofOne > 0 && ofOne + size > MOST_OF_ONE) throw tooManyPosts(1);
    const waiting: Waiting = { leads };
    this.waiting += 1;
    this.waitingOf.set(connectionId, ofOne + size);
    try {
      await this.batches.add([waiting]);
    } finally {
      this.waiting -= 1;
      const left = (this.waitingOf.get(connectionId) ?? 0) - size;
      if (left > 0) this.waitingOf.set(connectionId, left);
      else this.waitingOf.delete(connectionId);
    }
    const { settled } = waiting;
    if (!settled) throw new Error('A post was neither committed nor refused.');
    if ('failed' in settled) throw settled.failed;
    return settled.accepted;
  }

  private async commit(waiting: Waiting[]): Promise<void> {
    try {
      const accepted = await this.acceptAll(waiting.flatMap(({ leads }) => leads));
      let place = 0;
      for (const one of waiting)
        one.settled = { accepted: accepted.slice(place, (place += one.leads.length)) };
    } catch (failed) {
      // One that the database cannot take must not take the others with it.
      if (isOfTheData(failed) && waiting.length > 1) {
        const middle = Math.ceil(waiting.length / 2);
        await this.commit(waiting.slice(0, middle));
        await this.commit(waiting.slice(middle));
      } else {
        for (const one of waiting) one.settled = { failed };
      }
    }
  }
}

/** In characters. */
function sizeOf(leads: readonly Posted[]): number {
  return leads.reduce(
    (sum, { lead: { original, originalBytes } }) => sum + original.length + (originalBytes?.length ?? 0),
    0,
  );
}
