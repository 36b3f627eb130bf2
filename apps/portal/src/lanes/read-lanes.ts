/** Reads how the lanes stand. */
import { type LaneReport, present } from '@leads/contracts';
import type { Lane, Lanes } from '@leads/contracts/portal-api';
import { type Kysely, sql } from 'kysely';
import { type Scope, within } from '../access/scope.ts';
import { WORST_INCIDENT, type WorstIncident } from '../ledger/hit-leads.ts';
import { countsOf } from '../offers/read-offers.ts';
import type { PortalTables } from '../tables.ts';

interface LaneRow extends WorstIncident {
  connection_id: string;
  publisher_id: string;
  publisher_name: string;
  offer_id: string;
  offer_title: string;
  url: string;
  state: Lane['state'] | 'deleted';
  accepted: number;
  written: number;
  dead: number;
  removed: number;
  /** Counted lead by lead: what the maintained totals are checked against. */
  waiting: number;
  /** Likewise. */
  buried: number;
  oldest_pending_at: Date | null;
  report: LaneReport | null;
}

/** All of one moment. Deleted connections have no lane, and are in the totals all the same. */
export async function readLanes(database: Kysely<PortalTables>, scope: Scope): Promise<Lanes> {
  const { rows } = await sql<LaneRow>`
    select connections.connection_id, publisher_id, publisher_name, offer_id, offer_title, url, connections.state,
           coalesce(accepted, 0)::float8 as accepted, coalesce(written, 0)::float8 as written,
           coalesce(dead, 0)::float8 as dead, coalesce(removed, 0)::float8 as removed, coalesce(waiting, 0)::float8 as waiting,
           coalesce(buried, 0)::float8 as buried, oldest_pending_at, report, incident
    from connections
    left join totals using (connection_id)
    left join lanes using (connection_id)
    left join (
      select connection_id, count(*) filter (where state = 'pending') as waiting,
             count(*) filter (where state = 'dead') as buried,
             min(accepted_at) filter (where state = 'pending') as oldest_pending_at
      from leads where accepted_at is not null and state <> 'written' and not is_test
      group by connection_id
    ) as unsettled using (connection_id)
    left join ${WORST_INCIDENT}
    where ${within(scope, 'connections.publisher_id')}
    order by publisher_name, offer_title, connections.connection_id
  `.execute(database);
  const sum = (count: (row: LaneRow) => number): number => rows.reduce((so, row) => so + count(row), 0);
  const totals = {
    accepted: sum((row) => row.accepted),
    written: sum((row) => row.written),
    pending: sum((row) => row.waiting),
    dead: sum((row) => row.buried),
  };
  const removed = sum((row) => row.removed);
  const balanced = totals.accepted === totals.written + totals.pending + totals.dead + removed;
  const lanes = rows.flatMap((row) => (row.state === 'deleted' ? [] : [laneOf(row, row.state)]));
  return { lanes, totals: { ...totals, ...(removed > 0 && { removed }), balanced } };
}

function laneOf(row: LaneRow, state: Lane['state']): Lane {
  const { report, incident, oldest_pending_at: oldest } = row;
  return {
    connectionId: row.connection_id,
    publisher: { id: row.publisher_id, name: row.publisher_name },
    offer: { id: row.offer_id, title: row.offer_title },
    url: row.url,
    state,
    counts: countsOf(row),
    ...(report?.held && { instance: report.instance }),
    inFlight: report?.inFlight ?? 0,
    permitted: report?.permitted ?? 0,
    breaker: report?.breaker ?? { state: 'closed' },
    ...present({
      oldestPendingAt: oldest?.toISOString(),
      throttledUntil: report?.throttledUntil,
      incident: incident ?? undefined,
      reportedAt: report?.at,
    }),
  };
}
