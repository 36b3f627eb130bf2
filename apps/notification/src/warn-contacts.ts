/**
 * The second walk of notification: what becomes of an incident is told to the contacts of the connections that it
 * concerns, each once: at its opening, once a day while nobody has taken it on, and at its end.
 *
 * Here a transition becomes a row; `send-mails.ts` makes letters of it, one a contact, and sends them like a lead's.
 */
import { Controller } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { OnTopic, type Received } from '@leads/kafka';
import { Kysely } from 'kysely';
import { addNews } from './mails/incident-news.ts';
import { SendMails } from './send-mails.ts';
import type { NotificationTables } from './tables.ts';

@Controller()
export class WarnContacts {
  constructor(
    private readonly database: Kysely<NotificationTables>,
    private readonly sendMails: SendMails,
  ) {}

  @OnTopic(topics.incidents)
  async warnContacts(records: Received<typeof topics.incidents>[]): Promise<void> {
    await addNews(
      this.database,
      records.map(({ value }) => value),
    );
    this.sendMails.wake();
  }
}
