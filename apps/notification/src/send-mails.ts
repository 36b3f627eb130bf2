/**
 * Takes mails from their rows to the mail server, again and again until each recipient has it or has refused it.
 *
 * At least once: a process that dies after the server took the mail and before the row says so leaves a claim
 * that runs out, and the mail goes out again under the same Message-ID, by which mail programs know a repeat.
 */
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Alert, LeadWritten } from '@leads/contracts';
import type { OutboxRelay } from '@leads/database';
import { DATABASE, LOG, type Logger, RELAY } from '@leads/service';
import { type BackOff, backOffMs, Doorbell } from '@leads/pacing';
import type { Kysely } from 'kysely';
import { composeAlertMail } from './compose-alert-mail.ts';
import { composeLeadMail } from './compose-lead-mail.ts';
import { type DeliveryReport, readFailure } from './delivery-report.ts';
import type { ComposedMail } from './lay-out-mail.ts';
import { addressMails, claimMails, type ClaimedMail, settleMail } from './mail-store.ts';
import { MAIL_SERVER, type MailServer } from './mail-server.ts';
import type { NotificationTables } from './tables.ts';

/** Where links to records lead; `undefined`: to the organisation itself. */
export const LINK_BASE = Symbol('link base');

/** Between two tries of one mail: worth little tomorrow, it is tried often, for as long as it takes. */
const TRY_AGAIN: BackOff = { firstMs: 1_000, mostMs: 5 * 60_000 };
const BATCH = 20;
/** Longer than the mail server's own time limits let one mail take. */
const HOLD_MS = 120_000;
const STOP_WITHIN_MS = 10_000;
const IDLE_MS = 500;
const DATABASE_RETRY_MS = 1_000;

@Injectable()
export class SendMails implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopping = false;
  private readonly bell = new Doorbell();
  private loop: Promise<void> | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Kysely<NotificationTables>,
    @Inject(MAIL_SERVER) private readonly mailServer: MailServer,
    @Inject(RELAY) private readonly relay: OutboxRelay<NotificationTables>,
    @Inject(LINK_BASE) private readonly linkBase: string | undefined,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  /** Tells that there may be something to send, so that it need not wait for the next look. */
  wake(): void {
    this.bell.ring();
  }

  /** Ends after the mails under way; one that hangs is given up and is due again for the next process. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.wake();
    const giveUp = setTimeout(() => this.mailServer.close(), STOP_WITHIN_MS);
    await this.loop;
    clearTimeout(giveUp);
    this.mailServer.close();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.bell.answer();
      try {
        if ((await this.sendDue()) < BATCH) await this.bell.sleep(IDLE_MS);
      } catch (error) {
        this.log.error({ error }, 'mails wait: the database does not answer; this is tried again');
        await this.bell.sleep(DATABASE_RETRY_MS);
      }
    }
  }

  private async sendDue(): Promise<number> {
    await addressMails(this.database);
    const mails = await claimMails(this.database, BATCH, HOLD_MS);
    await Promise.all(mails.map((mail) => this.send(mail)));
    return mails.length;
  }

  private async send(mail: ClaimedMail): Promise<void> {
    const began = performance.now();
    const report = await this.attempt(mail);
    const state = await settleMail(
      this.database,
      mail,
      report,
      backOffMs(mail.attempts, Math.random(), TRY_AGAIN),
    );
    if (state !== 'due') this.relay.wake();
    const line = {
      [mail.kind === 'alert' ? 'alertId' : 'leadId']: mail.aboutId,
      connectionId: mail.connectionId,
      state,
      delivered: report.delivered.length,
      refused: report.refused.length,
      attempts: mail.attempts,
      ms: Math.round(performance.now() - began),
    };
    if (report.failure === null) this.log.info(line, 'mail sent');
    else this.log.warn({ ...line, failure: report.failure }, 'mail not sent to everybody');
  }

  private async attempt(mail: ClaimedMail): Promise<DeliveryReport> {
    try {
      return await this.mailServer.send(this.compose(mail), {
        to: mail.contacts,
        recipients: mail.remaining,
      });
    } catch (error) {
      return readFailure(mail.remaining, error as Error);
    }
  }

  private compose({ kind, event, offerTitle, organization }: ClaimedMail): ComposedMail {
    const said: unknown = JSON.parse(event);
    if (kind === 'alert') return composeAlertMail({ alert: Alert.parse(said), offerTitle, organization });
    return composeLeadMail({ outcome: LeadWritten.parse(said), offerTitle, linkBase: this.linkBase });
  }
}
