/** The time by the database's clock: machines whose own clocks differ agree by it. */
import { type QueryExecutorProvider, sql } from 'kysely';

/** A machine's clocks, in milliseconds: what it takes the time to be, since the epoch, and one that never jumps. */
export interface OwnClocks {
  wall: () => number;
  steady: () => number;
}

/** An answer that took longer says too little of when it was given, in milliseconds. */
const SLOW_MS = 2_000;

/**
 * Told by one process to itself: the database's time when it was asked last, and what has passed since then by a clock
 * that never jumps. Until the database was asked it is the machine's own time.
 */
export class DatabaseClock {
  private base: { at: number; steady: number };
  private isMeasured = false;

  constructor(
    private readonly database: QueryExecutorProvider,
    private readonly own: OwnClocks = { wall: Date.now, steady: () => performance.now() },
  ) {
    this.base = { at: own.wall(), steady: own.steady() };
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => Math.round(this.base.at + this.own.steady() - this.base.steady);

  readonly date = (): Date => new Date(this.now());

  /** How far the machine's own clock is ahead of the database's, in milliseconds; behind where negative. */
  skewMs(): number {
    return this.own.wall() - this.now();
  }

  /** Asks the database. @throws where it does not answer; what was known before goes on */
  async measure(): Promise<void> {
    const asked = this.own.steady();
    const { rows } = await sql<{ at: number }>`
      select (extract(epoch from clock_timestamp()) * 1000)::float8 as at
    `.execute(this.database);
    const answered = this.own.steady();
    const [row] = rows;
    if (!row) throw new Error('The database told no time.');
    if (this.isMeasured && answered - asked > SLOW_MS) return;
    this.isMeasured = true;
    this.base = { at: row.at, steady: (asked + answered) / 2 };
  }
}
