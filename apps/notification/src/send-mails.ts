/**
 * Takes mails from their rows to the mail server, again and again until its recipient has it or has refused it for good.
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
import { ContactQuestion, LeadWritten } from '@leads/contracts';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import { LOG, type Logger, SETTINGS } from '@leads/service';
import { Doorbell, Rounds } from '@leads/pacing';
import { Kysely } from 'kysely';
import { heldMsOf, type Settings } from './config.ts';
import { askContacts } from './contacts/ask-contacts.ts';
import { decideNext } from './smtp/decide-next.ts';
import { explanations } from './smtp/explain-refusals.ts';
import type { Attempt } from './smtp/read-attempt.ts';
import { ServerPace } from './smtp/server-pace.ts';
import { composeMail } from './mails/compose-mail.ts';
import { endHeldMails } from './mails/held-mails.ts';
import { addressNews } from './mails/incident-news.ts';
import {
  type ClaimedMail,
  claimMails,
  type DomainShares,
  holdMails,
  settleMail,
} from './mails/drain-mails.ts';
import { addressMails } from './mails/mail-store.ts';
import { serverFails, serverWorks } from './mails/mail-trouble.ts';
import { MAIL_SERVER, type MailServer } from './smtp/mail-server.ts';
import type { NotificationTables } from './tables.ts';

/** A process that dies keeps its mails for so long; while it lives it goes on holding those that it is sending. */
const HOLD_MS = 120_000;
const RENEW_MS = HOLD_MS / 4;
const STOP_WITHIN_MS = 10_000;
const IDLE_MS = 500;
const DATABASE_RETRY_MS = 1_000;

@Injectable()
export class SendMails implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopping = false;
  /** Whether the mail server may be known to take nothing: at first by a process before. */
  private mayBeFailing = true;
  private readonly bell = new Doorbell();
  private loop: Promise<void> | undefined;
  private readonly underWay = new Map<ClaimedMail, Promise<void>>();
  private readonly holding: Rounds;
  private readonly pace: ServerPace;

  constructor(
    private readonly database: Kysely<NotificationTables>,
    @Inject(MAIL_SERVER) private readonly mailServer: MailServer,
    private readonly relay: OutboxRelay<NotificationTables>,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DatabaseClock) private readonly clock: Pick<DatabaseClock, 'date'>,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.pace = new ServerPace({
      connections: settings.SMTP_CONNECTIONS,
      perMinute: settings.SMTP_MAILS_PER_MINUTE,
    });
    this.holding = new Rounds(() => holdMails(database, [...this.underWay.keys()], HOLD_MS), {
      everyMs: RENEW_MS,
      firstMs: RENEW_MS,
      onError: (error) => log.warn({ error }, 'mails under way could not be held; it is tried again'),
    });
  }

  onApplicationBootstrap(): void {
    this.holding.start();
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
    await Promise.all(this.underWay.values());
    await this.holding.stop();
    clearTimeout(giveUp);
    this.mailServer.close();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.bell.answer();
      try {
        if ((await this.sendDue()) === 0) await this.bell.sleep(IDLE_MS);
      } catch (error) {
        this.log.error({ error }, 'mails wait: the database does not answer; this is tried again');
        await this.bell.sleep(DATABASE_RETRY_MS);
      }
    }
  }

  /** Begins to send what is due, and no more than goes out at once: what only queues here, others could send. */
  private async sendDue(): Promise<number> {
    const heldMs = heldMsOf(this.settings);
    await addressMails(this.database, heldMs);
    await addressNews(this.database, heldMs);
    await endHeldMails(this.database);
    await askContacts(this.database, this.settings.CONTACT_REQUESTS_PER_HOUR);
    const now = performance.now();
    const room = this.pace.room(this.underWay.size, now);
    const mails = await claimMails(this.database, room, HOLD_MS, this.domainShares());
    this.pace.began(mails.length, now);
    for (const mail of mails) this.underWay.set(mail, this.send(mail));
    return mails.length;
  }

  /** All connections but one: who is slow to take mails delays nobody else's. */
  private domainShares(): DomainShares {
    const byDomain = Map.groupBy(this.underWay.keys(), ({ recipientDomain }) => recipientDomain);
    return {
      mostOfDomain: Math.max(1, this.settings.SMTP_CONNECTIONS - 1),
      underWay: new Map([...byDomain].map(([domain, mails]) => [domain, mails.length])),
    };
  }

  private async send(mail: ClaimedMail): Promise<void> {
    try {
      await this.sendAndSettle(mail);
    } catch (error) {
      this.log.error(
        { error, about: mail.aboutId },
        'what became of a mail could not be recorded; it is sent again',
      );
    } finally {
      this.underWay.delete(mail);
      this.wake();
    }
  }

  private async sendAndSettle(mail: ClaimedMail): Promise<void> {
    const began = performance.now();
    const attempt = await this.attempt(mail);
    const next = decideNext(attempt.verdict, mail, Math.random());
    const state = await settleMail(this.database, mail, next, attempt.said);
    if (state !== 'due') this.relay.wake();
    await this.noteServer(attempt);
    const line = {
      ...aboutOf(mail),
      connectionId: mail.connectionId,
      state,
      verdict: attempt.verdict.kind,
      attempts: mail.attempts,
      ms: Math.round(performance.now() - began),
    };
    if (attempt.said === null) this.log.info(line, 'mail sent');
    // What a mail server says of an address that nobody has vouched for stays in the row.
    else if (mail.kind === 'contact-request') this.log.warn(line, 'a contact could not be asked to confirm');
    else this.log.warn({ ...line, failure: attempt.said }, 'mail not sent');
  }

  private async noteServer({ verdict, said }: Attempt): Promise<void> {
    const { kind } = verdict;
    if (kind === 'server' || kind === 'ours' || kind === 'slow-down') {
      this.pace.fails(kind, performance.now());
      if (kind === 'slow-down') return;
      this.mayBeFailing = true;
      const trouble = kind === 'ours' ? verdict : explanations.away;
      if (await serverFails(this.database, trouble, said ?? '', this.clock.date())) this.relay.wake();
      return;
    }
    this.pace.works();
    if (kind === 'accepted' && this.mayBeFailing) {
      await serverWorks(this.database, this.clock.date());
      this.mayBeFailing = false;
      this.relay.wake();
    }
  }

  private async attempt(mail: ClaimedMail): Promise<Attempt> {
    try {
      return await this.mailServer.send(
        await composeMail(this.database, mail, this.settings, this.clock.date().getTime()),
        mail.recipient,
      );
    } catch (error) {
      this.log.error({ error, ...aboutOf(mail) }, 'a mail could not be composed; it is tried again');
      return { verdict: { kind: 'message-refused' }, said: 'It could not be composed.' };
    }
  }
}

/** What a line of the log says that a mail is about. */
function aboutOf({ kind, aboutId, event }: ClaimedMail): Record<string, string> {
  if (kind === 'contact-request') return { contactId: ContactQuestion.parse(JSON.parse(event)).contactId };
  if (kind !== 'lead-written') return { letterId: aboutId };
  return { leadId: LeadWritten.parse(JSON.parse(event)).leadId };
}
