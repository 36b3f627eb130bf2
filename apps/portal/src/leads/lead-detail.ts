/** A lead's own page. */
import type { Incident, MarketplaceLead, Reason } from '@leads/contracts';
import { type LeadDetail, TimelineEntry } from '@leads/contracts/portal-api';
import { type Kysely, type Selectable, sql } from 'kysely';
import { type Scope, within } from '../access/scope.ts';
import type { PortalTables, TimelineTable } from '../tables.ts';
import { DEAD_OF, HOLDS } from '../ledger/hit-leads.ts';
import { SUMMARY_COLUMNS, summaryOf, type SummaryRow } from '../ledger/lead-summary.ts';
import type { RecordLinks } from '../ledger/record-links.ts';

interface DetailRow extends SummaryRow {
  received_at: Date | null;
  is_accepted: boolean;
  lead: MarketplaceLead;
  original: string | null;
  /** Of a dead lead. */
  died_of: string | null;
}

type EntryRow = Pick<Selectable<TimelineTable>, 'at' | 'kind' | 'data'> & {
  /** Of `replayed`: who asked for it, where the portal knows. */
  requested_by: string | null;
};

/** One lead with its timeline; `undefined` where there is none in the scope. */
export async function readLead(
  database: Kysely<PortalTables>,
  scope: Scope,
  leadId: string,
  links: RecordLinks,
): Promise<LeadDetail | undefined> {
  const { rows } = await sql<DetailRow>`
    select ${SUMMARY_COLUMNS}, leads.received_at, leads.is_accepted, lead, original,
           (select incident_id from incidents where ${DEAD_OF} order by since desc limit 1) as died_of
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
  const summary = summaryOf(row, links);
  const incidentId = row.died_of ?? summary.waitsFor?.incidentId;
  return {
    ...summary,
    lead: row.lead,
    // A test lead that a Validate made was posted by nobody.
    original: row.original ?? JSON.stringify(row.lead, null, 2),
    timeline: [
      ...beginningOf(row),
      ...entries.flatMap((entry) => entryOf(entry, links)),
      ...(await readHolds(database, leadId)),
    ].sort(inOrder),
    ...(incidentId !== undefined && { incidentId }),
  };
}

/** Incidents that kept the lead waiting for a second at least, while they lasted and it was pending. */
async function readHolds(database: Kysely<PortalTables>, leadId: string): Promise<TimelineEntry[]> {
  const { rows } = await sql<{ incident_id: string; at: Date; until: Date | null; told: Incident }>`
    select incident_id, at, until, told
    from leads
    join incidents on incidents.connection_ids @> array[leads.connection_id] and ${HOLDS},
    lateral (
      select greatest(since, accepted_at) as at,
             least(resolved_at, case when leads.state <> 'pending' then outcome_at end) as until
    ) as hold
    where lead_id = ${leadId} and not is_test and until - at >= interval '1 second' is not false
  `.execute(database);
  return rows.map(({ incident_id: incidentId, at, until, told: { cause, what, remedy } }) => ({
    kind: 'held',
    at: at.toISOString(),
    ...(until && { until: until.toISOString() }),
    incidentId,
    reason: { cause, what, remedy },
  }));
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
function entryOf({ at, kind, data, requested_by: by }: EntryRow, links: RecordLinks): TimelineEntry[] {
  const { organization, ...facts } = data as { organization?: string; crmId?: string; reason?: Reason };
  const entry = TimelineEntry.safeParse({
    ...facts,
    kind,
    at: at.toISOString(),
    ...(organization !== undefined &&
      facts.crmId !== undefined && { crmUrl: links.to(organization, facts.crmId) }),
    ...(by !== null && { by }),
  });
  return entry.success ? [entry.data] : [];
}

/** What can happen in one millisecond, in the order in which it does. */
const ORDER: Record<TimelineEntry['kind'], number> = {
  received: 0,
  accepted: 1,
  repeated: 2,
  held: 3,
  deferred: 4,
  dead: 5,
  replayed: 6,
  written: 7,
  mailed: 8,
};

function inOrder(one: TimelineEntry, other: TimelineEntry): number {
  return Date.parse(one.at) - Date.parse(other.at) || ORDER[one.kind] - ORDER[other.kind];
}
