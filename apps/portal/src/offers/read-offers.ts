/** Reads offers with their lead destinations. */
import type { LaneReport } from '@leads/contracts';
import type { Contact, Counts, Offer, Validation } from '@leads/contracts/portal-api';
import { type Kysely, type RawBuilder, type Selectable, sql, type SqlBool } from 'kysely';
import { type Scope, within } from '../access/scope.ts';
import { WORST_INCIDENT, type WorstIncident } from '../ledger/hit-leads.ts';
import type { ConnectionsTable, PortalTables } from '../tables.ts';
import { healthOf } from './offer-health.ts';

interface OfferRow extends Omit<Selectable<ConnectionsTable>, 'state'>, WorstIncident {
  state: Offer['state'];
  accepted: number;
  written: number;
  dead: number;
  removed: number;
  last_lead_at: Date | null;
  report: LaneReport | null;
  validated_at: Date | null;
  passed: boolean | null;
  folded: Validation | null;
  contacts: Contact[] | null;
}

/** The offers in the scope, by publisher and title; deleted ones are none any more. */
export async function readOffers(
  database: Kysely<PortalTables>,
  scope: Scope,
  now: Date,
  connectionId?: string,
): Promise<Offer[]> {
  const chosen: RawBuilder<SqlBool> =
    connectionId === undefined ? sql`true` : sql`connections.connection_id = ${connectionId}`;
  const { rows } = await sql<OfferRow>`
    select connections.*, coalesce(accepted, 0)::float8 as accepted, coalesce(written, 0)::float8 as written,
           coalesce(dead, 0)::float8 as dead, coalesce(removed, 0)::float8 as removed, last_lead_at, report, validation.finished_at as validated_at, passed,
           folded, incident, is_grave, contacts.told as contacts
    from connections
    left join totals using (connection_id)
    left join lanes using (connection_id)
    left join lateral (
      select finished_at, passed, folded from validations
      where validations.connection_id = connections.connection_id and finished_at is not null
      order by started_at desc limit 1
    ) as validation on true
    left join lateral (
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'address', email, 'state', contacts.state, 'since', ${isoTime('contacts.since')},
               'askedAt', ${isoTime('contacts.asked_at')})) order by place) as told
      from unnest(contact_emails) with ordinality as listed (email, place)
      join contacts on contacts.publisher_id = connections.publisher_id and contacts.address = lower(email)
    ) as contacts on true
    left join ${WORST_INCIDENT}
    where connections.state <> 'deleted' and ${within(scope, 'connections.publisher_id')} and ${chosen}
    order by publisher_name, offer_title, connections.connection_id
  `.execute(database);
  return rows.map((row) => offerOf(row, now));
}

/** What is pending is what is neither written nor dead, nor was dead and has gone. */
export function countsOf(row: { accepted: number; written: number; dead: number; removed: number }): Counts {
  const { accepted, written, dead, removed } = row;
  const pending = accepted - written - dead - removed;
  return { accepted, written, pending, dead, ...(removed > 0 && { removed }) };
}

/** A time of the database as the API writes it. */
const isoTime = (column: string) =>
  sql`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

function offerOf(row: OfferRow, now: Date): Offer {
  const { validated_at: validatedAt, passed, folded, incident, is_grave: isGrave } = row;
  const validation =
    validatedAt && passed !== null && folded ? { at: validatedAt, passed, checks: folded.checks } : null;
  return {
    connectionId: row.connection_id,
    publisher: { id: row.publisher_id, name: row.publisher_name },
    offer: { id: row.offer_id, title: row.offer_title },
    leadDestination: 'dynamics-365',
    url: row.url,
    authentication: row.authentication,
    contactEmails: row.contact_emails,
    ...(row.contacts && { contacts: row.contacts }),
    state: row.state,
    version: row.version,
    changedAt: row.changed_at.toISOString(),
    ...healthOf(
      {
        state: row.state,
        changedAt: row.changed_at,
        lane: row.report,
        validation,
        incident: incident && { problem: incident, isGrave: isGrave === true },
      },
      now,
    ),
    counts: countsOf(row),
    ...(row.last_lead_at && { lastLeadAt: row.last_lead_at.toISOString() }),
    ...(validation && {
      lastValidation: { at: validation.at.toISOString(), passed: validation.passed },
    }),
  };
}
