/** Commits leads: those that come while a commit is under way share the next one, a lone one goes at once. */
import { NaturalBatching } from '@leads/pacing';
import { isOfTheData } from './database-errors.ts';
import type { Accepted, Posted } from './lead-store.ts';
import { databaseUnavailable } from './refusals.ts';

/** How much one commit may hold: hundreds of usual leads, and of the largest a few dozen. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** How many may wait for a commit: a few seconds' work. Who would be behind them is told to come again. */
const MOST_WAITING = 5_000;

interface Waiting {
  posted: Posted;
  settled?: { accepted: Accepted } | { failed: unknown };
}

export class Commits {
  private waiting = 0;
  private readonly batches: NaturalBatching<Waiting>;

  /**
   * @param acceptAll commits all of them or none, and says what became of each
   * @param most leads in one commit
   */
  constructor(
    private readonly acceptAll: (posted: Posted[]) => Promise<Accepted[]>,
    most: number,
  ) {
    this.batches = new NaturalBatching(
      (waiting) => this.commit(waiting),
      ({ posted: { lead } }) => lead.original.length + (lead.originalBytes?.length ?? 0),
      { records: most, bytes: MOST_CHARACTERS },
    );
  }

  /** Resolves once the lead is committed. @throws why it is not, or not known to be */
  async accept(posted: Posted): Promise<Accepted> {
    if (this.waiting >= MOST_WAITING) throw databaseUnavailable();
    const waiting: Waiting = { posted };
    this.waiting += 1;
    await this.batches.add([waiting]);
    this.waiting -= 1;
    const { settled } = waiting;
    if (!settled) throw new Error('A lead was neither committed nor refused.');
    if ('failed' in settled) throw settled.failed;
    return settled.accepted;
  }

  private async commit(waiting: Waiting[]): Promise<void> {
    try {
      const accepted = await this.acceptAll(waiting.map(({ posted }) => posted));
      for (const [place, each] of accepted.entries()) {
        const one = waiting[place];
        if (one) one.settled = { accepted: each };
      }
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
