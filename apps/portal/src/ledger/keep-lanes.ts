/** Keeps the last report of each lane. */
import type { LaneReport } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { storable, storableJson } from './storable.ts';
import type { Touched } from './touched.ts';

/** What decides between reports. */
type LaneClaim = Pick<LaneReport, 'at' | 'instance' | 'held'>;

/**
 * Whether a report stands in the place of the one that is known: it is not older, and does not say of a lane that
 * another instance has taken over that it is held by nobody.
 */
function isNews(known: LaneClaim | undefined, report: LaneClaim): boolean {
  if (!known) return true;
  if (Date.parse(report.at) < Date.parse(known.at)) return false;
  return report.held || report.instance === known.instance;
}

/** Applies reports in the order they were published in. */
export async function keepLanes(
  transaction: Kysely<PortalTables>,
  reports: readonly LaneReport[],
): Promise<Touched> {
  const ids = [...new Set(reports.map(({ connectionId }) => connectionId))].sort();
  const rows = await transaction
    .selectFrom('lanes')
    .select(['connection_id', 'at', 'instance', 'held', 'report'])
    .where('connection_id', 'in', ids)
    .orderBy('connection_id')
    .forUpdate()
    .execute();
  const known = new Map(rows.map(({ report }) => [report.connectionId, report]));
  const newest = new Map<string, LaneReport>();
  const changed = new Set<string>();
  for (const report of reports) {
    const { connectionId } = report;
    const before = newest.get(connectionId) ?? known.get(connectionId);
    if (!isNews(before, report)) continue;
    newest.set(connectionId, report);
    if (looksOf(before) !== looksOf(report)) changed.add(connectionId);
  }
  const news = [...newest.values()];
  await sql`
    insert into lanes (connection_id, at, instance, held, report)
    select * from unnest(${news.map(({ connectionId }) => connectionId)}::uuid[],
                         ${news.map(({ at }) => at)}::timestamptz[],
                         ${news.map(({ instance }) => storable(instance))}::text[],
                         ${news.map(({ held }) => held)}::boolean[], ${news.map(storableJson)}::jsonb[])
      as given (connection_id, at, instance, held, report)
    order by connection_id
    on conflict (connection_id) do update
      set at = excluded.at, instance = excluded.instance, held = excluded.held, report = excluded.report
  `.execute(transaction);
  return { lanes: [...newest.keys()], offers: [...changed] };
}

/** What of a lane shows on its offer. */
function looksOf(report: LaneReport | undefined): string {
  return JSON.stringify([report?.breaker.state, report?.breaker.reason?.cause, report?.throttledUntil]);
}
