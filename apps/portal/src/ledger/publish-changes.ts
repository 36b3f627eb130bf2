/** Appends to the feed of live events what a transaction has changed, as the last thing that it does. */
import type { LiveEvent, Validation } from '@leads/contracts/portal-api';
import { type Kysely, sql } from 'kysely';
import { SUMMARY_COLUMNS, summaryOf, type SummaryRow } from '../leads/lead-summary.ts';
import { recordUrl } from '../leads/record-url.ts';
import { CHANGES_CHANNEL } from '../live/changes.ts';
import type { PortalTables } from '../tables.ts';
import { storableJson } from './storable.ts';
import type { Touched } from './touched.ts';

/** More leads than that of one publisher in one batch are not told of one by one: all is to be read anew. */
const MOST_LEADS = 100;

/** An event and whom it is for besides operators. */
type Change = { publisherId: string | null } & LiveEvent;

/**
 * Appends, and wakes who looks on once the transaction is committed. Ids become visible in their order: whoever
 * appends waits for the one before to be committed, so nothing but the commit may come after.
 * @param linkBase see {@link recordUrl}
 */
export async function publishChanges(
  transaction: Kysely<PortalTables>,
  touched: Touched,
  linkBase: string | undefined,
): Promise<void> {
  const leads = await changesOfLeads(transaction, touched.leads ?? [], linkBase);
  const connections = await changesOfConnections(transaction, {
    offer: [...(touched.offers ?? []), ...leads.offers],
    lane: touched.lanes ?? [],
  });
  const validations = await changesOfValidations(transaction, touched.validations ?? [], linkBase);
  await append(transaction, [...leads.changes, ...connections, ...validations]);
}

async function append(transaction: Kysely<PortalTables>, changes: Change[]): Promise<void> {
  if (changes.length === 0) return;
  await sql`select pg_advisory_xact_lock(hashtext('portal changes'))`.execute(transaction);
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
  linkBase: string | undefined,
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
      return own.map((row) => ({ publisherId, event: 'lead', data: summaryOf(row, linkBase) }));
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
  linkBase: string | undefined,
): Promise<Change[]> {
  if (ids.length === 0) return [];
  const found = await readValidations(transaction, ids, linkBase);
  return found.map(({ publisherId, validation }) => ({ publisherId, event: 'validation', data: validation }));
}

/** Validates with their test leads, and whose they are; those that are unknown are left out. */
export async function readValidations(
  database: Kysely<PortalTables>,
  ids: readonly string[],
  linkBase: string | undefined,
): Promise<{ publisherId: string | null; validation: Validation }[]> {
  const rows = await database
    .selectFrom('validations')
    .leftJoin('connections', 'connections.connection_id', 'validations.connection_id')
    // The test lead has the Validate's id.
    .leftJoin('leads', 'leads.lead_id', 'validations.validation_id')
    .select(['validations.folded', 'connections.publisher_id', 'leads.crm_id', 'leads.organization'])
    .where('validations.validation_id', 'in', ids)
    .orderBy('validations.started_at')
    .execute();
  return rows.map(({ folded, publisher_id: publisherId, crm_id: crmId, organization }) => ({
    publisherId,
    validation:
      crmId !== null && organization !== null
        ? {
            ...folded,
            testLead: { leadId: folded.validationId, crmUrl: recordUrl(organization, crmId, linkBase) },
          }
        : folded,
  }));
}
