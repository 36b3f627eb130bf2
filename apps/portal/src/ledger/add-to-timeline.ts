/** Adds to leads' timelines. */
import type { LeadAccepted, LeadMailed, LeadRepeated } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import type { PortalTables, TimelineTable } from '../tables.ts';
import { storableJson } from './storable.ts';
import type { Touched } from './touched.ts';

/** One entry to be. */
export interface Entry {
  leadId: string;
  connectionId: string;
  isTest: boolean;
  at: string;
  kind: TimelineTable['kind'];
  /** The other fields of a `TimelineEntry`, but for links. */
  data: Record<string, unknown>;
}

/**
 * Adds entries; one that is there already changes nothing.
 * @returns the leads of those that were not there
 */
export async function addToTimeline(
  transaction: Kysely<PortalTables>,
  entries: readonly Entry[],
): Promise<string[]> {
  const all = <Key extends keyof Entry>(key: Key): Entry[Key][] => entries.map((entry) => entry[key]);
  const { rows } = await sql<{ lead_id: string }>`
    insert into timeline (lead_id, connection_id, is_test, at, kind, data)
    select * from unnest(${all('leadId')}::uuid[], ${all('connectionId')}::uuid[], ${all('isTest')}::boolean[],
                         ${all('at')}::timestamptz[], ${all('kind')}::text[],
                         ${entries.map(({ data }) => storableJson(data))}::jsonb[])
      as given (lead_id, connection_id, is_test, at, kind, data)
    order by lead_id, at, kind
    on conflict (lead_id, at, kind) do nothing
    returning lead_id
  `.execute(transaction);
  const repeating = entries.filter(({ kind }) => kind === 'deferred' || kind === 'repeated');
  if (repeating.length > 0) await prune(transaction, [...new Set(repeating.map(({ leadId }) => leadId))]);
  return rows.map((row) => row.lead_id);
}

/** The most entries of what can happen to a lead again and again; the oldest go. */
const MOST_REPEATING = 500;

async function prune(transaction: Kysely<PortalTables>, leadIds: readonly string[]): Promise<void> {
  await sql`
    delete from timeline using unnest(${leadIds}::uuid[]) as grown (id), lateral (
      select at from timeline where lead_id = grown.id and kind in ('deferred', 'repeated')
      order by at desc offset ${MOST_REPEATING} limit 1
    ) as old
    where lead_id = grown.id and kind in ('deferred', 'repeated') and timeline.at <= old.at
  `.execute(transaction);
}

/** People had leads made. */
export async function addMade(
  transaction: Kysely<PortalTables>,
  leads: readonly LeadAccepted[],
): Promise<Touched> {
  const entries = leads.flatMap(({ leadId, connectionId, isTest, acceptedAt: at, made }) =>
    made ? [{ leadId, connectionId, isTest, at, kind: 'made', data: made } as const] : [],
  );
  if (entries.length === 0) return {};
  const added = await addToTimeline(transaction, entries);
  // The page of the lead that it was made of says so.
  const others = entries.flatMap(({ leadId, data: { from, id } }) =>
    from === 'kept-post' || !added.includes(leadId) ? [] : [id],
  );
  return { leads: [...added, ...others] };
}

/** The marketplace posted leads again. */
export async function addRepeats(
  transaction: Kysely<PortalTables>,
  repeats: readonly LeadRepeated[],
): Promise<Touched> {
  const entries = repeats.map(
    (repeat) => ({ ...repeat, isTest: false, kind: 'repeated', data: {} }) as const,
  );
  return { leads: await addToTimeline(transaction, entries) };
}

/** Leads' mails are settled. */
export async function addMails(
  transaction: Kysely<PortalTables>,
  mails: readonly LeadMailed[],
): Promise<Touched> {
  const entries = mails.map(
    ({ recipients, waiting, ...mail }) =>
      ({ ...mail, kind: 'mailed', data: { recipients, ...(waiting && { waiting }) } }) as const,
  );
  const added = await addToTimeline(transaction, entries);
  // Where none was there already, none lacks a recipient.
  if (added.length === entries.length) return { leads: added };
  return { leads: [...added, ...(await addRecipients(transaction, entries))] };
}

/**
 * Mails to several contacts of a lead may settle within one millisecond: they are one entry.
 * @returns the leads with an entry that has more recipients than before
 */
async function addRecipients(
  transaction: Kysely<PortalTables>,
  entries: readonly Entry[],
): Promise<string[]> {
  const { rows } = await sql<{ lead_id: string }>`
    with missing as (
      select lead_id, at, jsonb_agg(distinct recipient) as recipients
      from unnest(${entries.map(({ leadId }) => leadId)}::uuid[], ${entries.map(({ at }) => at)}::timestamptz[],
                  ${entries.map(({ data }) => storableJson(data))}::jsonb[]) as given (lead_id, at, data)
      cross join jsonb_array_elements(given.data->'recipients') as recipient
      join timeline using (lead_id, at)
      where timeline.kind = 'mailed' and not timeline.data->'recipients' @> jsonb_build_array(recipient)
      group by lead_id, at
    )
    update timeline
    set data = jsonb_set(timeline.data, '{recipients}', timeline.data->'recipients' || missing.recipients)
    from missing
    where timeline.lead_id = missing.lead_id and timeline.at = missing.at and timeline.kind = 'mailed'
    returning timeline.lead_id
  `.execute(transaction);
  return rows.map((row) => row.lead_id);
}
