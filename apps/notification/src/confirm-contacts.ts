/**
 * The third walk of notification: who may get mails with customers' data. A contact at a domain of the publisher's own
 * gets them at once; any other is asked by one mail, what would go to them waits, and their answer decides.
 */
import { Controller } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { OutboxRelay } from '@leads/database';
import { OnTopic, type Received } from '@leads/kafka';
import { Kysely } from 'kysely';
import { keepAnswers, keepDomains, lockContacts } from './contacts/keep-contacts.ts';
import { SendMails } from './send-mails.ts';
import type { NotificationTables } from './tables.ts';

@Controller()
export class ConfirmContacts {
  constructor(
    private readonly database: Kysely<NotificationTables>,
    private readonly sendMails: SendMails,
    private readonly relay: OutboxRelay<NotificationTables>,
  ) {}

  @OnTopic(topics.publishers)
  domainsSet(records: Received<typeof topics.publishers>[]): Promise<void> {
    const told = records.map(({ value }) => value);
    return this.keep((transaction) => keepDomains(transaction, told));
  }

  @OnTopic(topics.contactsAnswered)
  contactsAnswered(records: Received<typeof topics.contactsAnswered>[]): Promise<void> {
    const answers = records.map(({ value }) => value);
    return this.keep((transaction) => keepAnswers(transaction, answers));
  }

  private async keep(write: (transaction: Kysely<NotificationTables>) => Promise<void>): Promise<void> {
    await this.database.transaction().execute(async (transaction) => {
      await lockContacts(transaction);
      await write(transaction);
    });
    this.sendMails.wake();
    this.relay.wake();
  }
}
