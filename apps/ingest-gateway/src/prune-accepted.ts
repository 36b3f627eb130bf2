/** Clears away, in the background, accepted rows whose dedupe window has passed. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DATABASE, LOG, type Logger } from '@leads/service';
import type { Kysely } from 'kysely';
import { pruneAccepted } from './lead-store.ts';
import { DEDUPE_WINDOW_MS, type GatewayTables } from './tables.ts';

const EVERY_MS = 30_000;
/** Small enough that no post waits for the rows that are being removed. */
const BATCH = 1_000;

@Injectable()
export class PruneAccepted implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Kysely<GatewayTables>,
    @Inject(LOG) private readonly log: Logger,
    @Inject(DEDUPE_WINDOW_MS) private readonly dedupeWindowMs: number,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.pruneOnce(new Date());
      } catch (error) {
        this.log.warn({ error }, 'old dedupe rows could not be removed; this is tried again');
      }
      // Aborted or over: the loop's condition tells.
      await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async pruneOnce(now: Date): Promise<void> {
    const windowStart = new Date(now.getTime() - this.dedupeWindowMs);
    while (!this.stopping.signal.aborted) {
      if ((await pruneAccepted(this.database, windowStart, BATCH)) < BATCH) return;
    }
  }
}
