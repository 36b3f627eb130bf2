/** Streams everything that a filter shows as CSV, page by page: as fast as it is taken, and never all in memory. */
import type { LeadFilter } from '@leads/contracts/portal-api';
import { type Kysely, sql } from 'kysely';
import type { Scope } from '../access/scope.ts';
import { filterCondition, findLeads } from '../leads/find-leads.ts';
import type { Place } from '../leads/lead-query.ts';
import { summaryOf } from '../ledger/lead-summary.ts';
import type { RecordLinks } from '../ledger/record-links.ts';
import type { PortalTables } from '../tables.ts';
import { csvBeginning, csvLines } from './lead-csv.ts';

const PAGE = 1_000;

/** How many leads of which publisher a filter shows. */
export async function countLeads(
  database: Kysely<PortalTables>,
  scope: Scope,
  filter: LeadFilter,
): Promise<Map<string, number>> {
  const { rows } = await sql<{ publisher_id: string; leads: number }>`
    select publisher_id, count(*)::int as leads from leads where ${filterCondition(scope, filter)}
    group by publisher_id
  `.execute(database);
  return new Map(rows.map(({ publisher_id, leads }) => [publisher_id, leads]));
}

/** The file in pieces, newest leads first. Leads that come while it is written are not in it. */
export async function* exportLeads(
  database: Kysely<PortalTables>,
  scope: Scope,
  filter: LeadFilter,
  links: RecordLinks,
): AsyncGenerator<string, void> {
  yield csvBeginning();
  let after: Place | undefined;
  for (;;) {
    const { rows, isLast } = await findLeads(database, scope, filter, { limit: PAGE, after });
    if (rows.length > 0) yield csvLines(rows.map((row) => summaryOf(row, links)));
    const last = rows.at(-1);
    if (isLast || !last) return;
    after = { acceptedAt: last.accepted_at, leadId: last.lead_id };
  }
}
