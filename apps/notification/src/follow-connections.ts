/** Keeps notification's picture of the connections: whom to write to about the leads of which offer. */
import { Controller, Inject } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { OnTopic, type Received } from '@leads/kafka';
import { DATABASE } from '@leads/service';
import { type Kysely, sql } from 'kysely';
import type { NotificationTables } from './tables.ts';

@Controller()
export class FollowConnections {
  constructor(@Inject(DATABASE) private readonly database: Kysely<NotificationTables>) {}

  /** Takes each connection's newest version; one not above the version that is stored changes nothing. */
  @OnTopic(topics.connections, { delivery: 'once-per-service' })
  async followConnections(records: Received<typeof topics.connections>[]): Promise<void> {
    const changes = records.map(({ value }) => value);
    // The contacts travel as JSON: PostgreSQL has no array of arrays of different lengths.
    await sql`
      insert into connections (connection_id, version, offer_title, organization, contact_emails)
      select distinct on (connection_id)
        connection_id, version, offer_title, organization,
        array(select jsonb_array_elements_text(contact_emails))
      from unnest(${changes.map((change) => change.connectionId)}::uuid[],
                  ${changes.map((change) => change.version)}::int[],
                  ${changes.map((change) => change.offer.title)}::text[],
                  ${changes.map((change) => change.url)}::text[],
                  ${changes.map((change) => JSON.stringify(change.contactEmails))}::jsonb[])
        as change (connection_id, version, offer_title, organization, contact_emails)
      order by connection_id, version desc
      on conflict (connection_id) do update
        set version = excluded.version, offer_title = excluded.offer_title,
            organization = excluded.organization, contact_emails = excluded.contact_emails
        where connections.version < excluded.version
    `.execute(this.database);
  }
}
