/** Housekeeping: what the ledger keeps for a time only is removed when that is over. */
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Doorbell } from '@leads/pacing';
import { DATABASE, LOG, type Logger } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import type { PortalTables } from './tables.ts';

/** Between two rounds, in milliseconds. */
const ROUND_MS = 60_000;

const HOUR_MS = 60 * 60_000;

/** Longer than the database counts into them, so that nothing is taken from a row that has gone. */
const STATISTICS_MS = 9 * 24 * HOUR_MS;

/** One round. The newest change stays whatever its age: by it a client learns that it has missed nothing. */
export async function keepHouse(database: Kysely<PortalTables>, now: Date): Promise<void> {
  const before = (ms: number): Date => new Date(now.getTime() - ms);
  await sql`
    delete from changes where at < ${before(HOUR_MS)} and id < (select max(id) from changes)
  `.execute(database);
  await sql`delete from statistics where starts_at < ${before(STATISTICS_MS)}`.execute(database);
  await sql`delete from latencies where starts_at < ${before(STATISTICS_MS)}`.execute(database);
}

@Injectable()
export class KeepHouse implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopping = false;
  private readonly bell = new Doorbell();
  private loop: Promise<void> | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Kysely<PortalTables>,
    @Inject(LOG) private readonly log: Pick<Logger, 'warn'>,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.bell.ring();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.bell.answer();
      await keepHouse(this.database, new Date()).catch((error: unknown) =>
        this.log.warn({ error }, 'old rows could not be removed; it is tried again in a minute'),
      );
      await this.bell.sleep(ROUND_MS);
    }
  }
}
