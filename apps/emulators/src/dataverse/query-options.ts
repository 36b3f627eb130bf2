/** The system query options of a URL, as text. Pure. */
import { badQuery } from './errors.ts';

export interface QueryOptions {
  readonly select?: string;
  readonly filter?: string;
  readonly orderby?: string;
  readonly top?: number;
  readonly count?: boolean;
  readonly skiptoken?: string;
  readonly expand?: string;
  readonly apply?: string;
  /** Parameter aliases and everything not beginning with a dollar sign. */
  readonly others: Readonly<Record<string, string>>;
}

const KNOWN = new Set([
  '$select',
  '$filter',
  '$orderby',
  '$top',
  '$count',
  '$skiptoken',
  '$expand',
  '$apply',
]);
const NONE: QueryOptions = { others: {} };

/** `search` is the query as sent, without question mark. Throws a 400 for options Dataverse does not know. */
export function queryOptions(search: string): QueryOptions {
  if (search === '') return NONE;
  const options: Record<string, unknown> = {};
  const others: Record<string, string> = {};
  for (const pair of search.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decoded(pair.slice(equals + 1));
    if (!name.startsWith('$')) {
      others[name] = value;
      continue;
    }
    if (name === '$skip') throw badQuery('Skip Clause is not supported in CRM');
    if (!KNOWN.has(name)) throw badQuery(`The query parameter ${name} is not supported`);
    const key = name.slice(1);
    if (key in options)
      throw badQuery(
        `Query option '${name}' was specified more than once, but it must be specified at most once.`,
      );
    options[key] = key === 'top' ? topOf(value) : key === 'count' ? countOf(value) : value;
  }
  return { ...(options as Omit<QueryOptions, 'others'>), others };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw badQuery('The request URI is not valid: it holds a broken percent-encoding.');
  }
}

function topOf(value: string): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) === 0)
    throw badQuery(
      `Invalid value '${value}' for $top query option found. The $top query option requires a non-negative integer value.`,
    );
  return Number(value);
}

function countOf(value: string): boolean {
  if (value !== 'true' && value !== 'false')
    throw badQuery(
      `Invalid value '${value}' for $count query option found. The $count query option requires 'true' or 'false'.`,
    );
  return value === 'true';
}
