/** Clears away, in the background, settled mails that no record in a topic could bring up again. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { topics } from '@leads/contracts';
import { DATABASE, LOG, type Logger } from '@leads/service';
import type { Kysely } from 'kysely';
import { pruneMails } from './mail-store.ts';
import type { NotificationTables } from './tables.ts';

const DAY_MS = 24 * 60 * 60_000;

/** A broker removes records by whole segments, which may span a day: surely gone this long after their retention. */
const RETENTION_MARGIN_MS = 2 * DAY_MS;

const EVERY_MS = 60_000;
/** Small enough that no mail waits for the rows that are being removed. */
const BATCH = 1_000;

/** How long a settled mail is kept, in milliseconds: without its row a replayed topic would send it again. */
export const KEPT_MS =
  RETENTION_MARGIN_MS +
  Math.max(
    ...[topics.leadsOutcomes, topics.alerts].map(({ retention }) =>
      retention.policy === 'delete' ? retention.ms : Infinity,
    ),
  );

@Injectable()
export class PruneMails implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Kysely<NotificationTables>,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (KEPT_MS < Infinity) this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.pruneOnce(new Date(Date.now() - KEPT_MS));
      } catch (error) {
        this.log.warn({ error }, 'old mails could not be removed; this is tried again');
      }
      // Aborted or over: the loop's condition tells.
      await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async pruneOnce(before: Date): Promise<void> {
    while (!this.stopping.signal.aborted) {
      if ((await pruneMails(this.database, before, BATCH)) < BATCH) return;
    }
  }
}
