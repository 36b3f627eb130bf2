/** A service's own table of how long connections' publishers keep what customers said, kept from `retention.v1`. */
import type { RetentionChosen } from '@leads/contracts';
import { type QueryExecutorProvider, sql } from 'kysely';

/** Keeps what was told last of each connection; what is no newer than what is kept changes nothing. */
export async function keepRetentions(
  database: QueryExecutorProvider,
  chosen: readonly RetentionChosen[],
): Promise<void> {
  if (chosen.length === 0) return;
  await sql`
    insert into retentions (connection_id, days, changed_at)
    select distinct on (connection_id) connection_id, days, at
    from unnest(${chosen.map(({ connectionId }) => connectionId)}::uuid[], ${chosen.map(({ days }) => days)}::int[],
                ${chosen.map(({ at }) => at)}::timestamptz[]) as told (connection_id, days, at)
    order by connection_id, at desc
    on conflict (connection_id) do update set days = excluded.days, changed_at = excluded.changed_at
      where retentions.changed_at < excluded.changed_at
  `.execute(database);
}
