/** A lead's own page. */
import type { MarketplaceLead, Reason } from '@leads/contracts';
import { type LeadDetail, TimelineEntry } from '@leads/contracts/portal-api';
import { type Kysely, type Selectable, sql } from 'kysely';
import { type Scope, within } from '../access/scope.ts';
import type { PortalTables, TimelineTable } from '../tables.ts';
import { SUMMARY_COLUMNS, summaryOf, type SummaryRow } from './lead-summary.ts';
import { recordUrl } from './record-url.ts';

interface DetailRow extends SummaryRow {
  received_at: Date | null;
  is_accepted: boolean;
  lead: MarketplaceLead;
  original: string | null;
}

type EntryRow = Pick<Selectable<TimelineTable>, 'at' | 'kind' | 'data'> & {
  /** Of `replayed`: who asked for it, where the portal knows. */
  requested_by: string | null;
};

/**
 * One lead with its timeline; `undefined` where there is none in the scope.
 * @param linkBase see {@link recordUrl}
 */
export async function readLead(
  database: Kysely<PortalTables>,
  scope: Scope,
  leadId: string,
  linkBase: string | undefined,
): Promise<LeadDetail | undefined> {
  const { rows } = await sql<DetailRow>`
    select ${SUMMARY_COLUMNS}, leads.received_at, leads.is_accepted, lead, original
    from leads join lead_contents using (lead_id) left join connections using (connection_id)
    where lead_id = ${leadId} and accepted_at is not null and ${within(scope, 'leads.publisher_id')}
  `.execute(database);
  const [row] = rows;
  if (!row) return undefined;
  const { rows: entries } = await sql<EntryRow>`
    select at, kind, data, requested_by
    from timeline left join lateral (
      select requested_by from replays join replay_leads using (replay_id)
      where kind = 'replayed' and replay_leads.lead_id = timeline.lead_id and requested_at <= timeline.at
      order by requested_at desc limit 1
    ) as replay on true
    where lead_id = ${leadId}
  `.execute(database);
  return {
    ...summaryOf(row, linkBase),
    lead: row.lead,
    // A test lead that a Validate made was posted by nobody.
    original: row.original ?? JSON.stringify(row.lead, null, 2),
    timeline: [...beginningOf(row), ...entries.flatMap((entry) => entryOf(entry, linkBase))].sort(inOrder),
  };
}

function beginningOf({
  received_at: receivedAt,
  accepted_at: acceptedAt,
  is_accepted: isAccepted,
}: DetailRow) {
  return [
    ...(receivedAt ? [{ kind: 'received', at: receivedAt.toISOString() } as const] : []),
    ...(isAccepted ? [{ kind: 'accepted', at: acceptedAt.toISOString() } as const] : []),
  ];
}

/** What the ledger keeps of an entry as people are shown it; one that this version cannot read is left out. */
function entryOf(
  { at, kind, data, requested_by: by }: EntryRow,
  linkBase: string | undefined,
): TimelineEntry[] {
  const { organization, ...facts } = data as { organization?: string; crmId?: string; reason?: Reason };
  const entry = TimelineEntry.safeParse({
    ...facts,
    kind,
    at: at.toISOString(),
    ...(organization !== undefined &&
      facts.crmId !== undefined && { crmUrl: recordUrl(organization, facts.crmId, linkBase) }),
    ...(by !== null && { by }),
  });
  return entry.success ? [entry.data] : [];
}

/** What can happen in one millisecond, in the order in which it does. */
const ORDER: readonly TimelineEntry['kind'][] = [
  'received',
  'accepted',
  'repeated',
  'deferred',
  'dead',
  'replayed',
  'written',
  'mailed',
];

function inOrder(one: TimelineEntry, other: TimelineEntry): number {
  return Date.parse(one.at) - Date.parse(other.at) || ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind);
}
