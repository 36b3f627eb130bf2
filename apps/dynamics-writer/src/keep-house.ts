/** Housekeeping: what a written lead said is forgotten after a while, and that there was one only once nobody can ask. */
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { topics } from '@leads/contracts';
import type { Logger } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import type { WriterTables } from './tables.ts';

const DAY_MS = 24 * 60 * 60_000;

/**
 * A broker removes records by whole segments, which may span a day, and looks for them now and then: a record is
 * surely gone this long after its retention, in milliseconds.
 */
const RETENTION_MARGIN_MS = 2 * DAY_MS;

/** Between two rounds, in milliseconds. */
const ROUND_MS = 60_000;

/** The most rows that one statement touches, so that none holds its locks for long. */
const BATCH = 1_000;

/** What is kept for how long, in milliseconds since the lead was written. */
export interface Keeping {
  payloadMs: number;
  rowMs: number;
}

/**
 * How long to keep written deliveries.
 *
 * A row outlives every record that could bring its lead in again: else a replayed topic would put back a record
 * that a seller has deleted.
 */
export function keepingOf(payloadDays: number): Keeping {
  const { retention } = topics.leadsAccepted;
  return {
    payloadMs: payloadDays * DAY_MS,
    rowMs: retention.policy === 'delete' ? retention.ms + RETENTION_MARGIN_MS : Infinity,
  };
}

/** One round: batch after batch until there is nothing left to drop, as long as `goOn` says so. */
export async function keepHouse(
  database: Kysely<WriterTables>,
  { payloadMs, rowMs }: Keeping,
  now: Date,
  { batch = BATCH, goOn = () => true }: { batch?: number; goOn?: () => boolean } = {},
): Promise<{ payloads: number; rows: number }> {
  const before = (ms: number): Date => new Date(now.getTime() - ms);
  const payloads = await inBatches(batch, goOn, () =>
    sql`
      update deliveries set accepted = null where lead_id in (
        select lead_id from deliveries
        where state = 'written' and (accepted is null) = false and settled_at < ${before(payloadMs)}
        order by settled_at limit ${batch} for update skip locked)
    `.execute(database),
  );
  if (rowMs === Infinity) return { payloads, rows: 0 };
  const rows = await inBatches(batch, goOn, () =>
    sql`
      delete from deliveries where lead_id in (
        select lead_id from deliveries
        where state = 'written' and (accepted is null) = true and settled_at < ${before(rowMs)}
        order by settled_at limit ${batch} for update skip locked)
    `.execute(database),
  );
  // Known for as long as its request can be read again.
  await sql`delete from replays where replayed_at < ${before(rowMs)}`.execute(database);
  await sql`delete from validations where asked_at < ${before(rowMs)}`.execute(database);
  return { payloads, rows };
}

async function inBatches(
  batch: number,
  goOn: () => boolean,
  step: () => Promise<{ numAffectedRows?: bigint }>,
): Promise<number> {
  let touched = 0;
  while (goOn()) {
    const count = Number((await step()).numAffectedRows ?? 0n);
    touched += count;
    if (count < batch) break;
  }
  return touched;
}

/** Keeps house in every instance; what one has locked, the others pass over. */
export class KeepHouse implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly database: Kysely<WriterTables>,
    private readonly log: Logger,
    private readonly keeping: Keeping,
  ) {}

  onApplicationBootstrap(): void {
    const goOn = (): boolean => !this.stopping;
    this.timer = setInterval(() => {
      this.round = this.round
        .then(() => keepHouse(this.database, this.keeping, new Date(), { goOn }))
        .then(({ payloads, rows }) => {
          if (payloads + rows > 0) this.log.info({ payloads, rows }, 'old deliveries were cleared away');
        })
        .catch((error: unknown) => {
          this.log.warn({ error }, 'old deliveries could not be cleared away; tried again in a minute');
        });
    }, ROUND_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.round;
  }
}
