/** Commits leads: those that come while a commit is under way share the next one, a lone one goes at once. */
import { NaturalBatching, SECOND_MS, within } from '@leads/pacing';
import type { Accepted, Posted } from './lead-store.ts';

/** How much one commit may hold: hundreds of usual leads, and of the largest a few dozen. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** How long the database may take for one commit, in milliseconds. */
const COMMIT_TIMEOUT_MS = 10 * SECOND_MS;

interface Waiting {
  posted: Posted;
  settled?: { accepted: Accepted } | { failed: unknown };
}

export class Commits {
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
    const waiting: Waiting = { posted };
    await this.batches.add([waiting]);
    const { settled } = waiting;
    if (!settled) throw new Error('A lead was neither committed nor refused.');
    if ('failed' in settled) throw settled.failed;
    return settled.accepted;
  }

  private async commit(waiting: Waiting[]): Promise<void> {
    try {
      const accepted = await within(COMMIT_TIMEOUT_MS, () =>
        this.acceptAll(waiting.map(({ posted }) => posted)),
      );
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

/** PostgreSQL's classes of what is wrong with the rows and not with the server: data, constraints, limits of a row. */
const OF_THE_DATA = /^(22|23|54)/;

function isOfTheData(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && OF_THE_DATA.test(code);
}
