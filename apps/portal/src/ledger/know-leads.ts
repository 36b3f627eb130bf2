/** Writes down what leads say and when they were accepted. */
import { type LeadAccepted, type LeadOutcome, readLeadOrigin, type topics } from '@leads/contracts';
import type { Received } from '@leads/kafka';
import { type Kysely, sql } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { searchTextOf } from './search-text.ts';
import { storable, storableJson } from './storable.ts';
import type { Touched } from './touched.ts';

/** What is known of a lead besides what became of it. */
type KnownLead = Pick<LeadAccepted, 'leadId' | 'connectionId' | 'acceptedAt' | 'isTest' | 'lead'> & {
  receivedAt: string | null;
  original: string | null;
  /** In base64. */
  originalBytes: string | null;
  /** The acceptance's record; `null` where none told of it. */
  record: Pick<Received<typeof topics.leadsAccepted>, 'partition' | 'timestamp'> | null;
};

/** Completes what is known of leads by their acceptances; one that is known already changes nothing. */
export async function acceptLeads(
  transaction: Kysely<PortalTables>,
  records: readonly Received<typeof topics.leadsAccepted>[],
): Promise<Touched> {
  const leads = records.map((record) => {
    const { receivedAt = null, originalBytes = null, ...accepted } = record.value;
    return { ...accepted, receivedAt, originalBytes, record };
  });
  return { leads: await knowLeads(transaction, leads) };
}

/**
 * Makes test leads known by their outcomes: no acceptance tells of one that a Validate has made.
 * @returns the ids of those that were not known before
 */
export async function knowTestLeads(
  transaction: Kysely<PortalTables>,
  outcomes: readonly LeadOutcome[],
): Promise<string[]> {
  const tests = outcomes
    .filter(({ isTest }) => isTest)
    .map(({ leadId, connectionId, isTest, lead, at, receivedAt = null }) => ({
      ...{ leadId, connectionId, isTest, lead, receivedAt },
      acceptedAt: at,
      original: null,
      originalBytes: null,
      record: null,
    }))
    .sort((one, other) => Date.parse(one.acceptedAt) - Date.parse(other.acceptedAt));
  return tests.length === 0 ? [] : knowLeads(transaction, tests);
}

/** @returns the ids of the leads of which something is known now that was not before */
async function knowLeads(transaction: Kysely<PortalTables>, leads: readonly KnownLead[]): Promise<string[]> {
  // Of one that comes twice, what came first.
  const rows = [...new Map(leads.toReversed().map((lead) => [lead.leadId, rowOf(lead)])).values()];
  const all = <Key extends keyof LeadRow>(key: Key): LeadRow[Key][] => rows.map((row) => row[key]);
  const { rows: known } = await sql<{ lead_id: string }>`
    with given as (
      select * from unnest(
        ${all('leadId')}::uuid[], ${all('connectionId')}::uuid[], ${all('acceptedAt')}::timestamptz[],
        ${all('receivedAt')}::timestamptz[], ${all('isAccepted')}::boolean[], ${all('isTest')}::boolean[],
        ${all('offerTitle')}::text[], ${all('name')}::text[], ${all('company')}::text[], ${all('email')}::text[],
        ${all('country')}::text[], ${all('actionCode')}::text[], ${all('search')}::text[],
        ${all('partition')}::int[], ${all('toldAt')}::timestamptz[], ${all('lead')}::jsonb[], ${all('original')}::text[],
        ${all('originalBytes')}::text[]
      ) as given (lead_id, connection_id, accepted_at, received_at, is_accepted, is_test, offer_title, name, company,
                  email, country, action_code, search, accepted_partition, accepted_told_at, lead, original, original_bytes)
    ), known as (
      insert into leads (lead_id, connection_id, publisher_id, accepted_at, received_at, is_accepted, is_test,
                         offer_title, name, company, email, country, action_code, search, accepted_partition,
                         accepted_told_at)
      select lead_id, connection_id, connections.publisher_id, accepted_at, received_at, is_accepted, is_test,
             given.offer_title, name, company, email, country, action_code, search, accepted_partition,
             accepted_told_at
      from given left join connections using (connection_id)
      order by lead_id
      on conflict (lead_id) do update
        set accepted_at = excluded.accepted_at, received_at = excluded.received_at,
            is_accepted = excluded.is_accepted, offer_title = excluded.offer_title, name = excluded.name,
            company = excluded.company, email = excluded.email, country = excluded.country,
            action_code = excluded.action_code, search = excluded.search,
            accepted_partition = excluded.accepted_partition, accepted_told_at = excluded.accepted_told_at
        where not leads.is_accepted
          and (excluded.is_accepted or leads.accepted_at is null or excluded.accepted_at < leads.accepted_at)
      returning lead_id
    ), filled as (
      insert into lead_contents (lead_id, lead, original, original_bytes)
      select lead_id, lead, original, decode(original_bytes, 'base64') from given join known using (lead_id) order by lead_id
      on conflict (lead_id) do update
        set lead = excluded.lead, original = coalesce(excluded.original, lead_contents.original),
            original_bytes = coalesce(excluded.original_bytes, lead_contents.original_bytes)
    )
    select lead_id from known
  `.execute(transaction);
  return known.map((row) => row.lead_id);
}

type LeadRow = ReturnType<typeof rowOf>;

function rowOf({ leadId, connectionId, acceptedAt, receivedAt, isTest, lead, ...posted }: KnownLead) {
  const { original, originalBytes, record } = posted;
  const { firstName, lastName, company, email, country } = lead.customer;
  const name = [firstName, lastName].filter(Boolean).join(' ');
  return {
    leadId,
    connectionId,
    acceptedAt,
    receivedAt,
    isAccepted: record !== null,
    isTest,
    offerTitle: storable(lead.offerTitle),
    name: storable(name),
    company: storable(company),
    email: storable(email),
    country: storable(country),
    actionCode: storable(readLeadOrigin(lead).action),
    search: searchTextOf([name, company, email]),
    partition: record?.partition ?? null,
    toldAt: record?.timestamp.toISOString() ?? null,
    lead: storableJson(lead),
    original: original === null ? null : storable(original),
    originalBytes,
  };
}
