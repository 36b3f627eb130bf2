/** Reads throughput and latency. */
import { present } from '@leads/contracts';
import type { Statistics } from '@leads/contracts/portal-api';
import { type Kysely, sql } from 'kysely';
import type { Scope } from '../access/scope.ts';
import type { PortalTables } from '../tables.ts';
import { type Class, percentileOf } from './latency-classes.ts';

const SPANS = {
  hour: { bucket: 'minute', seconds: 60, buckets: 60 },
  week: { bucket: 'hour', seconds: 3_600, buckets: 7 * 24 },
} as const;

interface BucketRow {
  starts_at: Date;
  accepted: number;
  written: number;
  dead: number;
  classes: Class[] | null;
}

/**
 * Buckets from the oldest to the one that is filling, those in which nothing happened too.
 * @param connectionId one that is in the scope; `undefined`: all that are
 */
export async function readStatistics(
  database: Kysely<PortalTables>,
  scope: Scope,
  { span, connectionId, now }: { span: 'hour' | 'week'; connectionId: string | undefined; now: Date },
): Promise<Statistics> {
  const { bucket, seconds, buckets } = SPANS[span];
  const lastMs = Math.floor(now.getTime() / (seconds * 1_000)) * seconds * 1_000;
  const firstMs = lastMs - (buckets - 1) * seconds * 1_000;
  const { rows } = await sql<BucketRow>`
    with chosen as (${chosenOf(scope, connectionId)}),
    latency as (
      select starts_at, jsonb_agg(jsonb_build_object('class', class, 'leads', leads)) as classes
      from (
        select starts_at, class, sum(leads)::float8 as leads from latencies join chosen using (connection_id)
        where span = ${bucket} and starts_at >= ${new Date(firstMs)} group by starts_at, class
      ) as summed
      group by starts_at
    )
    select starts_at, sum(accepted)::float8 as accepted, sum(written)::float8 as written, sum(dead)::float8 as dead,
           classes
    from statistics join chosen using (connection_id) left join latency using (starts_at)
    where span = ${bucket} and starts_at >= ${new Date(firstMs)}
    group by starts_at, classes
  `.execute(database);
  const found = new Map(rows.map((row) => [row.starts_at.getTime(), row]));
  return {
    span,
    bucketSeconds: seconds,
    buckets: Array.from({ length: buckets }, (_, index) => {
      const from = firstMs + index * seconds * 1_000;
      return bucketOf(from, found.get(from));
    }),
  };
}

function bucketOf(from: number, row: BucketRow | undefined): Statistics['buckets'][number] {
  const classes = row?.classes ?? [];
  const [p50Ms, p95Ms] = [percentileOf(classes, 0.5), percentileOf(classes, 0.95)];
  return {
    from: new Date(from).toISOString(),
    accepted: row?.accepted ?? 0,
    written: row?.written ?? 0,
    dead: row?.dead ?? 0,
    ...present({ p50Ms, p95Ms }),
  };
}

/** Whose rows are summed up; those of all connections together stand under the nil id. */
function chosenOf(scope: Scope, connectionId: string | undefined) {
  if (connectionId !== undefined) return sql`select ${connectionId}::uuid as connection_id`;
  if (scope === 'everybody') return sql`select '00000000-0000-0000-0000-000000000000'::uuid as connection_id`;
  return sql`select connection_id from connections where publisher_id = ${scope.publisherId}`;
}
