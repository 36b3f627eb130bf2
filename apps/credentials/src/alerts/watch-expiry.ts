/** Looks every minute, in every instance, which secrets expire soon, and warns of each once. */
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Kysely } from 'kysely';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import { MINUTE_MS, Rounds } from '@leads/pacing';
import { LOG, type Logger } from '@leads/service';
import type { CredentialsTables } from '../tables.ts';
import { warnOfExpiry } from './warn-of-expiry.ts';

@Injectable()
export class WatchExpiry implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    private readonly database: Kysely<CredentialsTables>,
    private readonly relay: OutboxRelay<CredentialsTables>,
    @Inject(LOG) log: Logger,
    clock: DatabaseClock,
  ) {
    this.rounds = new Rounds(() => this.look(clock.date()), {
      everyMs: MINUTE_MS,
      onError: (error) => log.error({ error }, 'no look at expiring secrets; it is done again in a minute'),
    });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  private async look(now: Date): Promise<void> {
    if ((await warnOfExpiry(this.database, now)) > 0) this.relay.wake();
  }
}
