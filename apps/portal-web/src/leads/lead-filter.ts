/** The filter of the list of leads, as it stands in the page's address and as people choose it; pure. */
import type { LeadFilter, LeadState, LeadSummary } from '@leads/contracts/portal-api';

export type { LeadFilter };

const STATES: readonly LeadState[] = ['pending', 'written', 'dead'];
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads the page's query. What it does not know or cannot be is left out: an old link still opens. */
export function readFilter(query: URLSearchParams): LeadFilter {
  const filter: LeadFilter = {};
  const search = query.get('search')?.trim().slice(0, 200);
  if (search) filter.search = search;
  const connectionId = query.get('connectionId') ?? '';
  if (UUID.test(connectionId)) filter.connectionId = connectionId;
  const state = STATES.find((known) => known === query.get('state'));
  if (state) filter.state = state;
  for (const end of ['from', 'to'] as const) {
    const at = new Date(query.get(end) ?? '');
    if (!Number.isNaN(at.getTime())) filter[end] = at.toISOString();
  }
  const tests = query.get('tests');
  if (tests === 'true' || tests === 'all') filter.tests = tests;
  return filter;
}

/** The filter as a query, for this page's address and for the portal alike. */
export function writeFilter(filter: LeadFilter): URLSearchParams {
  return new URLSearchParams(
    Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

export function isEmpty(filter: LeadFilter): boolean {
  return Object.values(filter).every((value) => value === undefined);
}

/** Whether a lead that has just come belongs into the list. Only the portal knows for a search: it may. */
export function maySuit(lead: LeadSummary, filter: LeadFilter): boolean {
  if (filter.connectionId !== undefined && lead.connectionId !== filter.connectionId) return false;
  if (filter.state !== undefined && lead.state !== filter.state) return false;
  if (filter.from !== undefined && lead.acceptedAt < filter.from) return false;
  if (filter.to !== undefined && lead.acceptedAt >= filter.to) return false;
  if (filter.tests === undefined) return !lead.isTest;
  return filter.tests === 'all' || lead.isTest;
}

/** Time spans that are one click away. */
export type Span = 'any' | 'today' | '7-days' | '30-days' | 'days';

/** The first and the last day of a filter, `YYYY-MM-DD` in the reader's time zone; empty where it is open. */
export interface Days {
  first: string;
  last: string;
}

/** @returns what the filter's times are called; `days` where no span fits */
export function spanOf({ from, to }: LeadFilter, now: Date): Span {
  if (from === undefined && to === undefined) return 'any';
  if (to !== undefined) return 'days';
  const spans = (['today', '7-days', '30-days'] as const).find(
    (span) => timesOf(span, { first: '', last: '' }, now).from === from,
  );
  return spans ?? 'days';
}

/** @returns the times of a span: whole days of the reader's time zone */
export function timesOf(span: Span, days: Days, now: Date): Pick<LeadFilter, 'from' | 'to'> {
  switch (span) {
    case 'any':
      return {};
    case 'today':
      return { from: startOfDay(now, 0).toISOString() };
    case '7-days':
      return { from: startOfDay(now, -6).toISOString() };
    case '30-days':
      return { from: startOfDay(now, -29).toISOString() };
    case 'days': {
      const first = dayAt(days.first);
      const last = dayAt(days.last);
      return {
        ...(first ? { from: first.toISOString() } : {}),
        ...(last ? { to: startOfDay(last, 1).toISOString() } : {}),
      };
    }
  }
}

/** @returns the days that a filter's times stand for */
export function daysOf({ from, to }: LeadFilter): Days {
  return {
    first: from === undefined ? '' : dayOf(new Date(from)),
    // `to` is the first moment that no longer belongs to it.
    last: to === undefined ? '' : dayOf(new Date(Date.parse(to) - 1)),
  };
}

function startOfDay(at: Date, daysLater: number): Date {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + daysLater);
}

function dayAt(day: string): Date | undefined {
  const [year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day)?.slice(1).map(Number) ?? [];
  return year === undefined || month === undefined ? undefined : new Date(year, month - 1, date);
}

function dayOf(at: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
