/** Leads as CSV (RFC 4180) for people and spreadsheets; pure. */
import { countryName, describeAction, visible } from '@leads/contracts';
import type { LeadSummary } from '@leads/contracts/portal-api';
import { stringify } from 'csv-stringify/sync';
import { formulaSafe } from './formula-safe.ts';

const columns: [header: string, valueOf: (lead: LeadSummary) => string][] = [
  ['Received (UTC)', (lead) => timeOf(lead.acceptedAt)],
  ['State', (lead) => STATES[lead.state]],
  ['Name', (lead) => lead.name],
  ['Company', (lead) => lead.company],
  ['E-mail', (lead) => lead.email],
  ['Country', (lead) => countryName(lead.country)],
  ['Offer', (lead) => lead.offerTitle],
  ['Publisher', (lead) => lead.publisher.name],
  ['Action', (lead) => lead.actionCode],
  ['What they did', (lead) => describeAction(lead.actionCode)],
  ['Test lead', (lead) => (lead.isTest ? 'yes' : 'no')],
  ['Attempts', (lead) => String(lead.attempts)],
  ['Written (UTC)', (lead) => timeOf(lead.writtenAt)],
  ['What is the matter', (lead) => lead.reason?.what ?? ''],
  ['What to do', (lead) => lead.reason?.remedy ?? ''],
  ['In Dynamics 365', (lead) => lead.crmUrl ?? ''],
  ['Lead ID', (lead) => lead.leadId],
];

const STATES: Record<LeadSummary['state'], string> = {
  pending: 'Waiting',
  written: 'Written',
  dead: 'Dead',
};

/** What begins the file: the mark by which spreadsheets know UTF-8, and the headers. */
export function csvBeginning(): string {
  return `\ufeff${linesOf([columns.map(([header]) => header)])}`;
}

/** A line a lead, each ended; what customers typed reorders nothing of what stands beside it. */
export function csvLines(leads: readonly LeadSummary[]): string {
  return linesOf(leads.map((lead) => columns.map(([, valueOf]) => formulaSafe(visible(valueOf(lead))))));
}

/** The name of a file of leads as of a day. */
export function csvFileName(now: Date): string {
  return `leads-${now.toISOString().slice(0, 10)}.csv`;
}

function linesOf(records: string[][]): string {
  return stringify(records, { record_delimiter: 'windows' });
}

/** As spreadsheets read it: a date and a time, to the second. */
function timeOf(at: string | undefined): string {
  return at === undefined ? '' : new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
