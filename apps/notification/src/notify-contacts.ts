/**
 * The walk of notification: a lead that was written becomes one mail to the contacts of its connection.
 *
 * Here the mail becomes a row, once a lead; `send-mails.ts` takes it from there to the mail server.
 */
import { Controller, Inject } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { OnTopic, type Received } from '@leads/kafka';
import { DATABASE } from '@leads/service';
import type { Kysely } from 'kysely';
import { aboutLead, addMails } from './mail-store.ts';
import { SendMails } from './send-mails.ts';
import type { NotificationTables } from './tables.ts';

@Controller()
export class NotifyContacts {
  constructor(
    @Inject(DATABASE) private readonly database: Kysely<NotificationTables>,
    @Inject(SendMails) private readonly sendMails: SendMails,
  ) {}

  @OnTopic(topics.leadsOutcomes, { delivery: 'once-per-service' })
  async notifyContacts(records: Received<typeof topics.leadsOutcomes>[]): Promise<void> {
    const outcomes = records.map(({ value }) => value);
    const written = outcomes.filter((outcome) => outcome.outcome === 'written');
    await addMails(this.database, written.map(aboutLead));
    this.sendMails.wake();
  }
}
