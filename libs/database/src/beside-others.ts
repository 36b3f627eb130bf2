/** Changes to PostgreSQL's catalogue that several processes may make at once. */
import { causeOf } from './database-errors.ts';

/**
 * What the second of two is told that made the same at once, or changed the same row of the catalogue ("tuple
 * concurrently updated" is an XX000). https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const ANOTHER_WAS_FIRST = new Set<unknown>(['23505', '42P06', '42P07', '42710', '40P01', 'XX000']);

/** One of those at work is through with each try. */
const TRIES = 20;

/**
 * Does what can be done again, and whole: where another process was first it is done anew. There is no lock for that
 * which only owners could take before anything of theirs is there.
 */
export async function besideOthers<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !ANOTHER_WAS_FIRST.has(causeOf(error))) throw error;
    }
  }
}
