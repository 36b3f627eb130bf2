/** Keeps notification's picture of the connections: whom to write to about the leads of which offer. */
import { Controller } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { keepNewestConnections } from '@leads/database';
import { OnTopic, type Received } from '@leads/kafka';
import { Kysely } from 'kysely';
import type { NotificationTables } from './tables.ts';

@Controller()
export class FollowConnections {
  constructor(private readonly database: Kysely<NotificationTables>) {}

  @OnTopic(topics.connections)
  async followConnections(records: Received<typeof topics.connections>[]): Promise<void> {
    const changes = records.map(({ value }) => value);
    await keepNewestConnections(this.database, 'connections', changes, (change) => ({
      offer_title: change.offer.title,
      organization: change.url,
      contact_emails: change.contactEmails,
    }));
  }
}
