/** Writes into the audit, every minute, what somebody did again and again, once its while is over. */
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { MINUTE_MS, Rounds } from '@leads/pacing';
import { LOG, type Logger } from '@leads/service';
import { AuditLog } from './audit-log.ts';

@Injectable()
export class SettleRepeats implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(audit: AuditLog, @Inject(LOG) log: Pick<Logger, 'warn'>) {
    this.rounds = new Rounds(() => audit.settleRepeats(), {
      everyMs: MINUTE_MS,
      onError: (error) =>
        log.warn({ error }, 'repeated acts could not be written into the audit; tried again in a minute'),
    });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }
}
