/** What goes of the gateway's tables once it is old. */
import { type Aged, aged } from '@leads/database';
import { SECOND_MS } from '@leads/pacing';
import { leadsBefore, type Retention } from '@leads/service';
import { sql } from 'kysely';
import type { Settings } from './config.ts';
import { KEY_WINDOW_MS } from './fingerprint.ts';

export function gatewayAges(
  retention: Retention,
  { DEDUPE_WINDOW_SECONDS }: Pick<Settings, 'DEDUPE_WINDOW_SECONDS'>,
): Aged[] {
  return [
    folding(DEDUPE_WINDOW_SECONDS * SECOND_MS),
    quarantined(retention),
    // While the lead that it was made of is kept somewhere, which ends so long after that one was settled, one is made of
    // it; after that the id of both would still be the same.
    aged('made_leads', { since: 'made_at', forMs: retention.mostLeadsMs }),
    // What has not come for so long is new when it comes again.
    aged('unknown_fields', { since: 'last_at', forMs: retention.putAsideMs }),
    // How much was not kept.
    aged('quarantine_overflow', { since: 'hour', forMs: retention.putAsideMs }),
  ];
}

/** Once their window has passed fingerprints fold nothing any more; a key of the sender's counts for a day at least. */
function folding(usualMs: number): Aged {
  return {
    table: 'accepted',
    forMs: KEY_WINDOW_MS,
    remove: ({ now, limit }) => sql`
      delete from accepted using (
        select accepted.connection_id, fingerprint from accepted left join connections using (connection_id)
        where received_at < ${new Date(now.getTime() - KEY_WINDOW_MS)}
          and received_at < ${now}::timestamptz - coalesce(repeat_hours * interval '1 hour', ${usualMs} * interval '1 ms')
        order by received_at limit ${limit} for update of accepted skip locked
      ) as old
      where accepted.connection_id = old.connection_id and accepted.fingerprint = old.fingerprint
    `,
  };
}

/** Posts in which no lead was recognised: a customer may be named in them, so that their publisher's time counts too. */
function quarantined(retention: Retention): Aged {
  return {
    table: 'quarantine',
    forMs: Math.min(retention.putAsideMs, retention.leastLeadsMs),
    remove: ({ now, limit }) => sql`
      delete from quarantine using (
        select old.connection_id, old.body_hash from connections
        left join retentions using (connection_id)
        cross join lateral (
          select connection_id, body_hash from quarantine
          where quarantine.connection_id = connections.connection_id
            and received_at < greatest(${new Date(now.getTime() - retention.putAsideMs)},
                                       ${leadsBefore(retention, sql.ref('retentions.days'), now)})
          order by received_at limit ${limit} for update skip locked
        ) as old
        limit ${limit}
      ) as old
      where quarantine.connection_id = old.connection_id and quarantine.body_hash = old.body_hash
    `,
  };
}

/** What stays, whatever its age, and why. */
export const NOT_AGED: Readonly<Record<string, string>> = {
  connections:
    'one row a connection, which holds nothing that customers said; a deleted one stays as a tombstone',
  retentions: 'one row a connection: the days that its publisher chose',
};
