/**
 * What goes of a writer's tables once it is old. A lead that waits never does. What a written one said goes soon, that
 * there was one only once nobody can ask; a dead one goes when its publisher's time since its death is over, and is
 * counted as removed from then on (the triggers of `totals`).
 */
import { surelyGoneAfterMs, topics } from '@leads/contracts';
import { type Aged, aged } from '@leads/database';
import { HOUR_MS } from '@leads/pacing';
import { leadsBefore, type Retention } from '@leads/service';
import { sql, type SqlBool } from 'kysely';

/**
 * A row outlives every record that could bring its lead in again: else a replayed topic would put back a record that a
 * seller has deleted. So does what was done about a replay or a Validate.
 */
const READ_AGAIN_MS = surelyGoneAfterMs(topics.leadsAccepted, topics.replays, topics.validations);

/** Of a writer's tables those of the engine. */
export function deliveryAges(retention: Retention): Aged[] {
  return [
    writtenContents(retention),
    aged('deliveries', {
      since: 'settled_at',
      forMs: READ_AGAIN_MS,
      // In the words of the index.
      only: sql<SqlBool>`state = 'written' and (accepted is null) = true`,
    }),
    deadLeads(retention),
    aged('replays', { since: 'replayed_at', forMs: READ_AGAIN_MS }),
    aged('validations', { since: 'asked_at', forMs: READ_AGAIN_MS }),
    aged('instances', { since: 'seen_at', forMs: HOUR_MS }),
  ];
}

/** What was said by customers whose leads are written; their rows stay. */
function writtenContents({ payloadMs }: Retention): Aged {
  return {
    table: 'deliveries',
    forMs: payloadMs,
    remove: ({ before, limit }) => sql`
      update deliveries set accepted = null where lead_id = any(array(
        select lead_id from deliveries
        where state = 'written' and (accepted is null) = false and settled_at < ${before}
        order by settled_at limit ${limit} for update skip locked))
    `,
  };
}

/** Connection by connection, for each keeps its own time. */
function deadLeads(retention: Retention): Aged {
  return {
    table: 'deliveries',
    forMs: retention.leastLeadsMs,
    remove: ({ now, limit }) => sql`
      delete from deliveries where lead_id = any(array(
        select lead_id from lanes
        left join retentions using (connection_id)
        cross join lateral (
          select lead_id from deliveries
          where deliveries.connection_id = lanes.connection_id and state = 'dead'
            and settled_at < ${leadsBefore(retention, sql.ref('retentions.days'), now)}
          order by settled_at limit ${limit} for update skip locked
        ) as old
        limit ${limit}))
    `,
  };
}

/** What stays, whatever its age, and why. */
export const DELIVERY_NOT_AGED: Readonly<Record<string, string>> = {
  lanes: 'one row a connection, which holds nothing that customers said; a deleted one stays as a tombstone',
  totals: 'one row of numbers a connection: what has gone is still counted',
  retentions: 'one row a connection: the days that its publisher chose',
};
