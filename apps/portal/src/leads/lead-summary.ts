/** A lead as lists and live events show it. */
import type { Reason } from '@leads/contracts';
import type { LeadState, LeadSummary } from '@leads/contracts/portal-api';
import { sql } from 'kysely';
import { recordUrl } from './record-url.ts';

/** The columns of a summary, of `leads` joined with `connections` on the left. */
export const SUMMARY_COLUMNS = sql`
  leads.lead_id, leads.connection_id, leads.publisher_id, connections.publisher_name, leads.offer_title, leads.name,
  leads.company, leads.email, leads.country, leads.action_code, leads.state, leads.accepted_at, leads.written_at,
  leads.is_test, leads.attempts, leads.reason, leads.crm_id, leads.organization
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
  crm_id: string | null;
  organization: string | null;
}

/** @param linkBase see {@link recordUrl} */
export function summaryOf(row: SummaryRow, linkBase: string | undefined): LeadSummary {
  const { reason, crm_id: crmId, organization, written_at: writtenAt } = row;
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
    ...(crmId && organization && { crmUrl: recordUrl(organization, crmId, linkBase) }),
  };
}
