/** Accepted leads become pending deliveries: one statement a batch, then the offset. */
import { Controller } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { OnTopic, type Received } from '@leads/kafka';
import { Kysely, sql } from 'kysely';
import { notifyLanes } from './lanes/lane-notice.ts';
import type { DeliveryTables } from './tables.ts';

@Controller()
export class TakeInLeads {
  constructor(private readonly database: Kysely<DeliveryTables>) {}

  /** A lead that is known already changes nothing, so topics may be replayed and offsets reset. */
  @OnTopic(topics.leadsAccepted)
  async takeIn(records: Received<typeof topics.leadsAccepted>[]): Promise<void> {
    const leads = records.map(({ value }) => value);
    await this.database.transaction().execute(async (transaction) => {
      await sql`
        insert into deliveries (lead_id, connection_id, accepted, accepted_at, is_test, due_at)
        select lead_id, connection_id, accepted, accepted_at, is_test, now()
        from unnest(${leads.map((lead) => lead.leadId)}::uuid[], ${leads.map((lead) => lead.connectionId)}::uuid[],
                    ${leads.map((lead) => JSON.stringify(lead))}::text[],
                    ${leads.map((lead) => lead.acceptedAt)}::timestamptz[],
                    ${leads.map((lead) => lead.isTest)}::boolean[])
          as lead (lead_id, connection_id, accepted, accepted_at, is_test)
        on conflict (lead_id) do nothing
      `.execute(transaction);
      await notifyLanes(transaction, {
        news: 'leads',
        connectionIds: leads.map((lead) => lead.connectionId),
      });
    });
  }
}
