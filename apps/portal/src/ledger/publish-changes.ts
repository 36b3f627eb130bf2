/** Appends to the feed of live events what a transaction has changed, as the last thing that it does. */
import type { LiveEvent } from '@leads/contracts/portal-api';
import { type Kysely, sql } from 'kysely';
import { SUMMARY_COLUMNS, summaryOf, type SummaryRow } from './lead-summary.ts';
import { readValidations } from './read-validations.ts';
import type { RecordLinks } from './record-links.ts';
import type { PortalTables } from '../tables.ts';
import { storableJson } from './storable.ts';
import type { Touched } from './touched.ts';

/** The channel of LISTEN and NOTIFY: something was added to the feed. */
export const CHANGES_CHANNEL = 'portal_changes';

/** More leads than that of one publisher in one batch are not told of one by one: all is to be read anew. */
const MOST_LEADS = 100;

/** An event and whom it is for besides operators. */
type Change = { publisherId: string | null } & LiveEvent;

/**
 * Appends, and wakes who looks on once the transaction is committed. Ids become visible in their order: whoever
 * appends waits for the one before to be committed, so nothing but the commit may come after.
 */
export async function publishChanges(
  transaction: Kysely<PortalTables>,
  touched: Touched,
  links: RecordLinks,
): Promise<void> {
  const leads = await changesOfLeads(transaction, touched.leads ?? [], links);
  const connections = await changesOfConnections(transaction, {
    offer: [...(touched.offers ?? []), ...leads.offers],
    lane: touched.lanes ?? [],
  });
  const validations = await changesOfValidations(transaction, touched.validations ?? [], links);
  const incidents = await changesOfIncidents(transaction, touched.incidents ?? []);
  await append(transaction, [...leads.changes, ...connections, ...validations, ...incidents]);
}

async function append(transaction: Kysely<PortalTables>, changes: Change[]): Promise<void> {
  if (changes.length === 0) return;
  await sql`lock table changes_lock in exclusive mode`.execute(transaction);
  await sql`
    with appended as (
      insert into changes (publisher_id, event, data)
      select publisher_id, event, data
      from unnest(${changes.map(({ publisherId }) => publisherId)}::text[],
                  ${changes.map(({ event }) => event)}::text[],
                  ${changes.map(({ data }) => storableJson(data))}::jsonb[])
        with ordinality as given (publisher_id, event, data, place)
      order by place
    )
    select pg_notify(${CHANGES_CHANNEL}, '')
  `.execute(transaction);
}

async function changesOfLeads(
  transaction: Kysely<PortalTables>,
  ids: readonly string[],
  links: RecordLinks,
): Promise<{ changes: Change[]; offers: string[] }> {
  if (ids.length === 0) return { changes: [], offers: [] };
  const { rows } = await sql<SummaryRow>`
    select ${SUMMARY_COLUMNS} from leads left join connections using (connection_id)
    where lead_id = any(${ids}::uuid[]) and accepted_at is not null
    order by accepted_at, lead_id
  `.execute(transaction);
  const offers = new Set<string>();
  const changes = [...Map.groupBy(rows, (row) => row.publisher_id)].flatMap(
    ([publisherId, own]): Change[] => {
      if (own.length > MOST_LEADS) return [{ publisherId, event: 'reload', data: {} }];
      for (const row of own) if (!row.is_test) offers.add(row.connection_id);
      return own.map((row) => ({ publisherId, event: 'lead', data: summaryOf(row, links) }));
    },
  );
  return { changes, offers: [...offers] };
}

async function changesOfConnections(
  transaction: Kysely<PortalTables>,
  ids: Record<'offer' | 'lane', readonly string[]>,
): Promise<Change[]> {
  const all = [...new Set([...ids.offer, ...ids.lane])];
  if (all.length === 0) return [];
  const rows = await transaction
    .selectFrom('connections')
    .select(['connection_id', 'publisher_id'])
    .where('connection_id', 'in', all)
    .execute();
  const publishers = new Map(rows.map((row) => [row.connection_id, row.publisher_id]));
  const changesOf = (event: 'offer' | 'lane'): Change[] =>
    [...new Set(ids[event])].map((connectionId) => ({
      publisherId: publishers.get(connectionId) ?? null,
      event,
      data: { connectionId },
    }));
  return [...changesOf('offer'), ...changesOf('lane')];
}

async function changesOfValidations(
  transaction: Kysely<PortalTables>,
  ids: readonly string[],
  links: RecordLinks,
): Promise<Change[]> {
  if (ids.length === 0) return [];
  const found = await readValidations(transaction, ids, links);
  return found.map(({ publisherId, validation }) => ({ publisherId, event: 'validation', data: validation }));
}

/** Each for every publisher that it concerns; what concerns none is the operators'. */
async function changesOfIncidents(
  transaction: Kysely<PortalTables>,
  ids: readonly string[],
): Promise<Change[]> {
  if (ids.length === 0) return [];
  const rows = await transaction
    .selectFrom('incidents')
    .select(['incident_id', 'publisher_ids'])
    .where('incident_id', 'in', ids)
    .orderBy('incident_id')
    .execute();
  return rows.flatMap(({ incident_id: incidentId, publisher_ids: publisherIds }) =>
    (publisherIds.length === 0 ? [null] : publisherIds).map((publisherId): Change => ({
      publisherId,
      event: 'incident',
      data: { incidentId },
    })),
  );
}
