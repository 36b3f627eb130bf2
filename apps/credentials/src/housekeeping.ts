/** What is done every minute, by every instance: warnings of expiry, and forgetting what need not be remembered. */
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { OutboxRelay } from '@leads/database';
import { DATABASE, LOG, type Logger, RELAY } from '@leads/service';
import { warnOfExpiry } from './alerts/warn-of-expiry.ts';
import type { CredentialsTables } from './tables.ts';
import { forgetExpired } from './tokens/token-request.ts';

const EVERY_MS = 60_000;

@Injectable()
export class Housekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    @Inject(DATABASE) private readonly database: Kysely<CredentialsTables>,
    @Inject(RELAY) private readonly relay: OutboxRelay<CredentialsTables>,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.underWay = this.round();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.underWay;
  }

  private async round(): Promise<void> {
    try {
      const now = new Date();
      const warnings = await warnOfExpiry(this.database, now);
      if (warnings > 0) this.relay.wake();
      await forgetExpired(this.database, now);
    } catch (error) {
      this.log.error({ error }, 'housekeeping failed; it is done again in a minute');
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.underWay = this.round();
    }, EVERY_MS);
    this.timer.unref();
  }
}
