/** Streams everything that a filter shows as CSV, page by page: as fast as it is taken, and never all in memory. */
import type { LeadFilter } from '@leads/contracts/portal-api';
import type { Kysely } from 'kysely';
import type { Scope } from '../access/scope.ts';
import { findLeads } from '../leads/find-leads.ts';
import type { Place } from '../leads/lead-query.ts';
import { summaryOf } from '../leads/lead-summary.ts';
import type { PortalTables } from '../tables.ts';
import { csvBeginning, csvLines } from './lead-csv.ts';

const PAGE = 1_000;

/** The file in pieces, newest leads first. Leads that come while it is written are not in it. */
export async function* exportLeads(
  database: Kysely<PortalTables>,
  scope: Scope,
  filter: LeadFilter,
  linkBase: string | undefined,
): AsyncGenerator<string, void> {
  yield csvBeginning();
  let after: Place | undefined;
  for (;;) {
    const { rows, isLast } = await findLeads(database, scope, filter, { limit: PAGE, after });
    if (rows.length > 0) yield csvLines(rows.map((row) => summaryOf(row, linkBase)));
    const last = rows.at(-1);
    if (isLast || !last) return;
    after = { acceptedAt: last.accepted_at, leadId: last.lead_id };
  }
}
