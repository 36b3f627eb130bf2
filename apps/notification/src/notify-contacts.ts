/**
 * The walk of notification: a lead that was written becomes one mail to the contacts of its connection.
 *
 * Here the mail becomes a row, once a lead, and one more for each contact who has not confirmed; `send-mails.ts` takes it from there to the mail server. Of a dead lead only
 * its customer is kept, for the mail about the incident.
 */
import { Controller, Inject } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { OnTopic, type Received } from '@leads/kafka';
import { SETTINGS } from '@leads/service';
import { Kysely } from 'kysely';
import { heldMsOf, type Settings } from './config.ts';
import { aboutLead, addMails } from './mails/mail-store.ts';
import { keepRefused } from './mails/refused-customers.ts';
import { SendMails } from './send-mails.ts';
import type { NotificationTables } from './tables.ts';

@Controller()
export class NotifyContacts {
  constructor(
    private readonly database: Kysely<NotificationTables>,
    private readonly sendMails: SendMails,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @OnTopic(topics.leadsOutcomes)
  async notifyContacts(records: Received<typeof topics.leadsOutcomes>[]): Promise<void> {
    const outcomes = records.map(({ value }) => value);
    const written = outcomes.filter((outcome) => outcome.outcome === 'written');
    await keepRefused(this.database, outcomes);
    await addMails(this.database, written.map(aboutLead), heldMsOf(this.settings));
    this.sendMails.wake();
  }
}
