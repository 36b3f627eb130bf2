/** A replay: dead leads of a connection become pending again, and go the way of every lead. */
import { Controller, Inject } from '@nestjs/common';
import { type LeadDeferred, type ReplayRequested, type Reason, topics } from '@leads/contracts';
import { OutboxRelay } from '@leads/database';
import { OnTopic, type Received } from '@leads/kafka';
import { LOG, type Logger } from '@leads/service';
import { Kysely, sql } from 'kysely';
import type { z } from 'zod';
import { notifyLanes } from './lanes/lane-notice.ts';
import type { DeliveryTables } from './tables.ts';

@Controller()
export class ReplayLeads {
  constructor(
    private readonly database: Kysely<DeliveryTables>,
    @Inject(OutboxRelay) private readonly relay: Pick<OutboxRelay<DeliveryTables>, 'wake'>,
    @Inject(LOG) private readonly log: Pick<Logger, 'info'>,
  ) {}

  /** A replay that was carried out before changes nothing, nor does one of leads that are not dead, or of a deleted connection. */
  @OnTopic(topics.replays)
  async replay(records: Received<typeof topics.replays>[]): Promise<void> {
    for (const { value } of records) {
      const leads = await this.database.transaction().execute(async (transaction) => {
        const count = await reviveDead(transaction, value);
        if (count > 0) {
          await notifyLanes(transaction, { news: 'leads', connectionIds: [value.connectionId] });
        }
        return count;
      });
      const { replayId, connectionId, requestedBy } = value;
      this.log.info({ replayId, connectionId, requestedBy, leads }, 'dead leads were set pending again');
      this.relay.wake();
    }
  }
}

const REPLAYED: Reason = {
  cause: 'replayed',
  what: 'The lead is to be delivered again.',
  remedy: 'Nothing need be done: it is sent in its turn.',
};

/** The parts of the event that tell of a revived lead which do not come from its row. */
const OUTCOME: Pick<z.infer<typeof LeadDeferred>, 'outcome'> = { outcome: 'deferred' };

/**
 * Sets dead leads pending, counts them, and tells of each on leads.outcomes.v1: in one statement, and without the
 * leads ever leaving the database, for they may be very many.
 * @returns how many; 0 where the replay is known already
 */
export async function reviveDead(
  transaction: Kysely<DeliveryTables>,
  replay: ReplayRequested,
): Promise<number> {
  const { replayId, connectionId, leadIds, requestedBy, at } = replay;
  const chosen = leadIds === undefined ? sql`true` : sql`lead_id = any(${leadIds}::uuid[])`;
  const { rows } = await sql<{ leads: number }>`
    with known as (
      select 1 from replays where replay_id = ${replayId}
    ), revived as (
      update deliveries set state = 'pending', due_at = now(), settled_at = null, strikes = 0, signature = null, told = null
      where connection_id = ${connectionId} and state = 'dead' and accepted is not null and ${chosen} and not exists (select from known)
        and not exists (select from lanes where connection_id = ${connectionId} and state = 'deleted')
      returning lead_id, attempts, accepted::json as accepted
    ), told as (
      insert into outbox (topic, key, value)
      select ${topics.leadsOutcomes.name}, lead_id::text,
             json_build_object('leadId', lead_id, 'connectionId', ${connectionId}::text, 'at', ${NOW_ISO},
                               'attempts', attempts, 'isTest', accepted -> 'isTest', 'lead', accepted -> 'lead',
                               'outcome', ${OUTCOME.outcome}::text, 'reason', ${JSON.stringify(REPLAYED)}::json,
                               'nextAttemptAt', ${NOW_ISO})::text
      from revived
    )
    insert into replays (replay_id, connection_id, requested_by, requested_at, leads)
    select ${replayId}, ${connectionId}, ${requestedBy}, ${at}, (select count(*) from revived)
    on conflict (replay_id) do nothing
    returning leads
  `.execute(transaction);
  return rows[0]?.leads ?? 0;
}

const NOW_ISO = sql`to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
