/** Keeps a lane for each connection, as the credentials service announces it. */
import { Controller } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { keepNewestConnections } from '@leads/database';
import { OnTopic, type Received } from '@leads/kafka';
import { Kysely } from 'kysely';
import { dueAtOnce } from './lanes/deliveries.ts';
import { liftWaits } from './lanes/known-limits.ts';
import { notifyLanes } from './lanes/lane-notice.ts';
import type { DeliveryTables } from './tables.ts';

@Controller()
export class FollowConnections {
  constructor(private readonly database: Kysely<DeliveryTables>) {}

  /** What a newer version has changed is tried at once; an older one changes nothing. */
  @OnTopic(topics.connections)
  async follow(records: Received<typeof topics.connections>[]): Promise<void> {
    const changes = records.map(({ value }) => value);
    await this.database.transaction().execute(async (transaction: Kysely<DeliveryTables>) => {
      const connectionIds = await keepNewestConnections(transaction, 'lanes', changes, (change) => ({
        url: change.url,
        state: change.state,
        secret_version: change.secretVersion,
        identity_hash: change.identityHash,
        mapping: change.mapping && JSON.stringify(change.mapping),
        other_partner_leads: change.otherPartnerLeads,
      }));
      await dueAtOnce(transaction, connectionIds);
      await liftWaits(transaction, connectionIds);
      await notifyLanes(transaction, { news: 'changed', connectionIds });
    });
  }
}
