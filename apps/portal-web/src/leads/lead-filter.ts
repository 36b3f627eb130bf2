/** The filter of the list of leads, as it stands in the page's address and as people choose it; pure. */
import { CONNECTION_DELETED } from '@leads/contracts';
import type { LeadFilter, LeadState, LeadSummary } from '@leads/contracts/portal-api';

export type { LeadFilter };

const STATES: readonly LeadState[] = ['pending', 'written', 'dead'];
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Part = keyof Required<LeadFilter>;

/** How each part is read from the page's query; one that is forgotten here does not compile. */
const READ: { [Name in Part]: (text: string) => LeadFilter[Name] } = {
  search: (text) => text.trim().slice(0, 200) || undefined,
  connectionId: (text) => (UUID.test(text) ? text : undefined),
  state: (text) => STATES.find((known) => known === text),
  from: readTime,
  to: readTime,
  incidentId: (text) => (UUID.test(text) ? text : undefined),
  rescuable: (text) => (text === 'true' ? text : undefined),
  tests: (text) => (text === 'true' || text === 'all' ? text : undefined),
};

function readTime(text: string): string | undefined {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Reads the page's query. What it does not know or cannot be is left out: an old link still opens. */
export function readFilter(query: URLSearchParams): LeadFilter {
  const read = Object.entries(READ).map(([name, of]) => [name, of(query.get(name) ?? '')] as const);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
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

/** Whether a lead suits each part as it is asked for; one that is forgotten here does not compile. */
const SUITS: { [Name in Part]: (lead: LeadSummary, asked: LeadFilter[Name]) => boolean } = {
  // Only the portal knows for a search, an incident and a rescue: it may.
  search: () => true,
  incidentId: () => true,
  rescuable: (lead, asked) =>
    asked === undefined || (lead.state === 'dead' && lead.reason?.cause === CONNECTION_DELETED),
  connectionId: (lead, asked) => asked === undefined || lead.connectionId === asked,
  state: (lead, asked) => asked === undefined || lead.state === asked,
  from: (lead, asked) => asked === undefined || lead.acceptedAt >= asked,
  to: (lead, asked) => asked === undefined || lead.acceptedAt < asked,
  tests: (lead, asked) => asked === 'all' || lead.isTest === (asked === 'true'),
};

/** Whether a lead that has just come belongs into the list. */
export function maySuit(lead: LeadSummary, filter: LeadFilter): boolean {
  const suits = <Name extends Part>(name: Name): boolean => SUITS[name](lead, filter[name]);
  return (Object.keys(SUITS) as Part[]).every(suits);
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
