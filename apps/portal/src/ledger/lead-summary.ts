/** A lead as lists and live events show it. */
import type { Reason } from '@leads/contracts';
import type { LeadState, LeadSummary } from '@leads/contracts/portal-api';
import { sql } from 'kysely';
import { WAITS_FOR } from './hit-leads.ts';
import type { RecordLinks } from './record-links.ts';
import { storableJson } from './storable.ts';

const PAUSED: Reason = {
  cause: 'paused',
  what: 'The connection is paused.',
  remedy: 'Resume it in the offer: what waits is written then.',
};

const NOT_PUBLISHED: Reason = {
  cause: 'not-published',
  what: 'Held until the offer is published.',
  remedy: 'Publish the offer: what is held is written then.',
};

/** The columns of a summary, of `leads` joined with `connections` on the left. */
export const SUMMARY_COLUMNS = sql`
  leads.lead_id, leads.connection_id, leads.publisher_id, connections.publisher_name, leads.offer_title, leads.name,
  leads.company, leads.email, leads.country, leads.action_code, leads.state, leads.accepted_at, leads.written_at,
  leads.is_test, leads.attempts, leads.reason, leads.crm_id, leads.organization, connections.url as connection_url,
  case when leads.state = 'pending' then
    case connections.state when 'paused' then ${storableJson(PAUSED)}::jsonb
      when 'draft' then ${storableJson(NOT_PUBLISHED)}::jsonb else (
      select jsonb_build_object('cause', cause, 'what', told -> 'what', 'remedy', told -> 'remedy',
                                'incidentId', incident_id)
      from incidents where ${WAITS_FOR} order by since limit 1
    ) end
  end as waits_for
`;

export interface SummaryRow {
  lead_id: string;
  connection_id: string;
  /** `null` until the connection is known. */
  publisher_id: string | null;
  publisher_name: string | null;
  offer_title: string;
  name: string;
  company: string;
  email: string;
  country: string;
  action_code: string;
  state: LeadState;
  accepted_at: Date;
  written_at: Date | null;
  is_test: boolean;
  attempts: number;
  reason: Reason | null;
  waits_for: LeadSummary['waitsFor'] | null;
  crm_id: string | null;
  organization: string | null;
  /** `null` until the connection is known. */
  connection_url: string | null;
}

/** The summary that a row holds. */
export function summaryOf(row: SummaryRow, links: RecordLinks): LeadSummary {
  const { reason, waits_for: waitsFor, crm_id: crmId, organization, written_at: writtenAt } = row;
  const crmUrl = crmId && organization ? links.to(row.connection_url, organization, crmId) : undefined;
  return {
    leadId: row.lead_id,
    connectionId: row.connection_id,
    publisher: { id: row.publisher_id ?? '', name: row.publisher_name ?? '' },
    offerTitle: row.offer_title,
    name: row.name,
    company: row.company,
    email: row.email,
    country: row.country,
    actionCode: row.action_code,
    state: row.state,
    acceptedAt: row.accepted_at.toISOString(),
    ...(writtenAt && { writtenAt: writtenAt.toISOString() }),
    isTest: row.is_test,
    attempts: row.attempts,
    ...(reason && { reason }),
    ...(waitsFor && { waitsFor }),
    ...(crmUrl !== undefined && { crmUrl }),
  };
}
