/** Rows that go once they are old: each table says since when and for how long, and one round removes them all. */
import { type QueryExecutorProvider, type RawBuilder, sql, type SqlBool } from 'kysely';

/** The most rows that one statement removes, so that none holds its locks, or runs, for long. */
const BATCH = 1_000;

/** One batch of rows that are too old. */
export interface AgedBatch {
  now: Date;
  /** What is older goes. */
  before: Date;
  /** The most rows that go. */
  limit: number;
}

/** A table's rows, and what becomes of them when they are old. */
export interface Aged {
  table: string;
  /** How long they stay, in milliseconds; `Infinity`: for good. */
  forMs: number;
  /** The statement that removes one batch; what it affects is what is counted. */
  remove: (batch: AgedBatch) => RawBuilder<unknown>;
}

/**
 * Rows that go by the age of one of their columns.
 * @param since the column; an index begins with it wherever the table can be large
 * @param only which of them alone: what waits is left out here
 */
export function aged(
  table: string,
  { since, forMs, only = sql<SqlBool>`true` }: { since: string; forMs: number; only?: RawBuilder<SqlBool> },
): Aged {
  const name = sql.table(table);
  const column = sql.ref(`${table}.${since}`);
  return {
    table,
    forMs,
    remove: ({ before, limit }) => sql`
      delete from ${name} where ctid = any(array(
        select ${name}.ctid from ${name} where ${column} < ${before} and (${only})
        order by ${column} limit ${limit} for update of ${name} skip locked))
    `,
  };
}

export interface RemovingOptions {
  now: Date;
  /** The most rows of one statement. */
  batch?: number;
  /** Asked before each batch. */
  goOn?: () => boolean;
  /** Told why the rows of one table could not be removed; the others' are all the same. */
  onError: (error: unknown, table: string) => void;
}

/**
 * Removes what is too old, a batch of each table in turn, until nothing is left or it is called off: a table with very
 * much to remove holds up no other, and every batch is a transaction of its own. Several instances may do it at once,
 * for what one has locked the others pass over.
 * @returns how many rows went, by table; those of which none did are left out
 */
export async function removeAged(
  database: QueryExecutorProvider,
  rules: readonly Aged[],
  { now, batch = BATCH, goOn = () => true, onError }: RemovingOptions,
): Promise<Record<string, number>> {
  const removed = new Map<string, number>();
  let left = rules.filter(({ forMs }) => forMs !== Infinity);
  while (left.length > 0) {
    const full: Aged[] = [];
    for (const rule of left) {
      if (!goOn()) return Object.fromEntries(removed);
      const before = new Date(now.getTime() - rule.forMs);
      try {
        const statement = rule.remove({ now, before, limit: batch });
        const count = Number((await statement.execute(database)).numAffectedRows ?? 0n);
        if (count > 0) removed.set(rule.table, (removed.get(rule.table) ?? 0) + count);
        if (count >= batch) full.push(rule);
      } catch (error) {
        onError(error, rule.table);
      }
    }
    left = full;
  }
  return Object.fromEntries(removed);
}
