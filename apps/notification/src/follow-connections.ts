/** Keeps notification's picture of the connections: whom to write to about the leads of which offer. */
import { Controller } from '@nestjs/common';
import { type ConnectionChanged, topics } from '@leads/contracts';
import { keepNewestConnections, OutboxRelay } from '@leads/database';
import { OnTopic, type Received } from '@leads/kafka';
import { Kysely } from 'kysely';
import { keepListed, lockContacts } from './contacts/keep-contacts.ts';
import { SendMails } from './send-mails.ts';
import type { NotificationTables } from './tables.ts';

@Controller()
export class FollowConnections {
  constructor(
    private readonly database: Kysely<NotificationTables>,
    private readonly sendMails: SendMails,
    private readonly relay: OutboxRelay<NotificationTables>,
  ) {}

  // From the beginning at each start: of what was known before, a new version may want more.
  @OnTopic(topics.connections, { delivery: 'every-instance' })
  async followConnections(records: Received<typeof topics.connections>[]): Promise<void> {
    const changes = records.map(({ value }) => value);
    await this.database.transaction().execute((transaction) => keepConnections(transaction, changes));
    this.sendMails.wake();
    this.relay.wake();
  }
}

/** Keeps each connection's newest version, and how its contacts stand. */
export async function keepConnections(
  transaction: Kysely<NotificationTables>,
  changes: readonly ConnectionChanged[],
): Promise<void> {
  await lockContacts(transaction);
  const known = await toldAgain(transaction);
  const kept = await keepNewestConnections(transaction, 'connections', changes, (change) => ({
    offer_title: change.offer.title,
    organization: change.url,
    contact_emails: change.contactEmails,
    publisher_id: change.publisher.id,
    publisher_name: change.publisher.name,
    notifications: change.notifications ?? null,
  }));
  const deleted = changes.filter(({ state }) => state === 'deleted').map(({ connectionId }) => connectionId);
  const unsaved = new Set([...known, ...deleted]);
  await keepListed(transaction, kept, new Set(kept.filter((id) => !unsaved.has(id))));
}

/** Connections of which more is to be told, although nobody has saved them since. */
async function toldAgain(transaction: Kysely<NotificationTables>): Promise<string[]> {
  const rows = await transaction
    .selectFrom('connections')
    .select('connection_id')
    .where('version', '=', 0)
    .execute();
  return rows.map((row) => row.connection_id);
}
