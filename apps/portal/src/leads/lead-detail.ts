/** A lead's own page. */
import { type Incident, type MarketplaceLead, type Reason, unknownFieldsIn } from '@leads/contracts';
import { type LeadDetail, TimelineEntry, type TimelinePage } from '@leads/contracts/portal-api';
import { type Kysely, type Selectable, sql, type SqlBool } from 'kysely';
import { type Scope, within } from '../access/scope.ts';
import type { PortalTables, TimelineTable } from '../tables.ts';
import { DEAD_OF, HOLDS } from '../ledger/hit-leads.ts';
import { madeOf } from '../ledger/made-of.ts';
import { SUMMARY_COLUMNS, summaryOf, type SummaryRow } from '../ledger/lead-summary.ts';
import type { RecordLinks } from '../ledger/record-links.ts';

/** Entries on one page, but for those of the same millisecond as its first. */
const PAGE = 100;

/** What a timeline begins with. */
interface Beginning {
  accepted_at: Date;
  received_at: Date | null;
  is_accepted: boolean;
  /** Where its links may lead; `null` until the connection is known. */
  connection_url: string | null;
}

interface DetailRow extends SummaryRow, Beginning {
  lead: MarketplaceLead;
  original: string | null;
  original_bytes: string | null;
  /** Of a dead lead. */
  died_of: string | null;
  /** The lead that an operator had made of it. */
  rescued_as: string | null;
}

type EntryRow = Pick<Selectable<TimelineTable>, 'at' | 'kind' | 'data'> & {
  /** Of `repeated`: the lead that a person had made of it. */
  made_lead_id: string | null;
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
           encode(original_bytes, 'base64') as original_bytes,
           (select incident_id from incidents where ${DEAD_OF} order by since desc limit 1) as died_of,
           ${madeOf('deleted-connection', sql.ref('leads.lead_id'))} as rescued_as
    from leads join lead_contents using (lead_id) left join connections using (connection_id)
    where lead_id = ${leadId} and accepted_at is not null and ${within(scope, 'leads.publisher_id')}
  `.execute(database);
  const [row] = rows;
  if (!row) return undefined;
  const summary = summaryOf(row, links);
  const incidentId = row.died_of ?? summary.waitsFor?.incidentId;
  return {
    ...summary,
    lead: row.lead,
    // A test lead that a Validate made was posted by nobody.
    original: row.original ?? JSON.stringify(row.lead, null, 2),
    ...(row.original_bytes !== null && { originalBytes: row.original_bytes.replaceAll('\n', '') }),
    ...(await pageOf(database, leadId, row, links)),
    ...(incidentId !== undefined && { incidentId }),
    ...(row.rescued_as !== null && { rescuedAs: row.rescued_as }),
    ...(row.is_accepted && unknownIn(row.original)),
  };
}

/** Which fields of a posted body are none that the marketplace has published; of a form none are looked for. */
function unknownIn(original: string | null): Pick<LeadDetail, 'unknownFields'> {
  try {
    const unknownFields = unknownFieldsIn(JSON.parse(original ?? ''));
    return unknownFields.length === 0 ? {} : { unknownFields };
  } catch {
    return {};
  }
}

/**
 * A page of a lead's timeline that ends before a time.
 * @returns `undefined` where there is no such lead in the scope
 */
export async function readTimeline(
  database: Kysely<PortalTables>,
  scope: Scope,
  leadId: string,
  links: RecordLinks,
  before: Date,
): Promise<TimelinePage | undefined> {
  const { rows } = await sql<Beginning>`
    select accepted_at, received_at, is_accepted, connections.url as connection_url
    from leads left join connections using (connection_id)
    where lead_id = ${leadId} and accepted_at is not null and ${within(scope, 'leads.publisher_id')}
  `.execute(database);
  const [row] = rows;
  return row && pageOf(database, leadId, row, links, before);
}

async function pageOf(
  database: Kysely<PortalTables>,
  leadId: string,
  beginning: Beginning,
  links: RecordLinks,
  before?: Date,
): Promise<TimelinePage> {
  const isBefore = before ? sql<SqlBool>`timeline.at < ${before}` : sql<SqlBool>`true`;
  const { rows } = await sql<EntryRow & { has_earlier: boolean }>`
    with oldest as (
      select at from (
        select at from timeline where lead_id = ${leadId} and ${isBefore} order by at desc limit ${PAGE}
      ) as page order by at limit 1
    )
    select timeline.at, kind, data, requested_by,
           case when kind = 'repeated' then ${madeOf('repeat', sql.ref('timeline.lead_id'), sql.ref('timeline.at'))} end
             as made_lead_id,
           exists (select from timeline as other where other.lead_id = ${leadId} and other.at < oldest.at) as has_earlier
    from oldest, timeline left join lateral (
      select requested_by from replays join replay_leads using (replay_id)
      where kind = 'replayed' and replay_leads.lead_id = timeline.lead_id and requested_at <= timeline.at
      order by requested_at desc limit 1
    ) as replay on true
    where lead_id = ${leadId} and ${isBefore} and timeline.at >= oldest.at
  `.execute(database);
  const entries = rows.flatMap((entry) => entryOf(entry, beginning.connection_url, links));
  const from = rows[0]?.has_earlier ? Math.min(...rows.map(({ at }) => at.getTime())) : -Infinity;
  const others = [...beginningOf(beginning), ...(await readHolds(database, leadId))].filter(({ at }) => {
    const time = Date.parse(at);
    return time >= from && time < (before?.getTime() ?? Infinity);
  });
  return {
    timeline: [...entries, ...others].sort(inOrder),
    ...(from > -Infinity && { earlier: new Date(from).toISOString() }),
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
}: Beginning): TimelineEntry[] {
  return [
    ...(receivedAt ? [{ kind: 'received', at: receivedAt.toISOString() } as const] : []),
    ...(isAccepted ? [{ kind: 'accepted', at: acceptedAt.toISOString() } as const] : []),
  ];
}

/** What the ledger keeps of an entry as people are shown it; one that this version cannot read is left out. */
function entryOf(
  { at, kind, data, requested_by: by, made_lead_id: madeLeadId }: EntryRow,
  connectionUrl: string | null,
  links: RecordLinks,
): TimelineEntry[] {
  const { organization, ...facts } = data as { organization?: string; crmId?: string; reason?: Reason };
  const { crmId } = facts;
  const entry = TimelineEntry.safeParse({
    ...facts,
    kind,
    at: at.toISOString(),
    ...(organization !== undefined &&
      crmId !== undefined && { crmUrl: links.to(connectionUrl, organization, crmId) }),
    ...(by !== null && { by }),
    ...(madeLeadId !== null && { madeLeadId }),
  });
  return entry.success ? [entry.data] : [];
}

/** What can happen in one millisecond, in the order in which it does. */
const ORDER: Record<TimelineEntry['kind'], number> = {
  received: 0,
  made: 1,
  accepted: 2,
  repeated: 3,
  held: 4,
  deferred: 5,
  dead: 6,
  replayed: 7,
  written: 8,
  mailed: 9,
};

function inOrder(one: TimelineEntry, other: TimelineEntry): number {
  return Date.parse(one.at) - Date.parse(other.at) || ORDER[one.kind] - ORDER[other.kind];
}
