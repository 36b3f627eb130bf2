/**
 * The second walk of notification: an alert becomes one mail to the contacts of its connection.
 *
 * Here the mail becomes a row, once an alert; `send-mails.ts` takes it from there, as it does a lead's.
 */
import { Controller, Inject } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { OnTopic, type Received } from '@leads/kafka';
import { DATABASE } from '@leads/service';
import type { Kysely } from 'kysely';
import { aboutAlert, addMails } from './mail-store.ts';
import { SendMails } from './send-mails.ts';
import type { NotificationTables } from './tables.ts';

@Controller()
export class WarnContacts {
  constructor(
    @Inject(DATABASE) private readonly database: Kysely<NotificationTables>,
    @Inject(SendMails) private readonly sendMails: SendMails,
  ) {}

  @OnTopic(topics.alerts, { delivery: 'once-per-service' })
  async warnContacts(records: Received<typeof topics.alerts>[]): Promise<void> {
    await addMails(
      this.database,
      records.map(({ value }) => aboutAlert(value)),
    );
    this.sendMails.wake();
  }
}
