/** Which columns and lookups of a record a refusal speaks of, so that the lead can be written without them; pure. */
import type { LeadValue } from './lead-table.ts';
import type { LeadRecord } from './map-lead.ts';

/** Something of a record that was refused. */
export interface Blamed {
  /** A column, or a lookup as `<navigation property>@odata.bind`. */
  name: string;
  /** Where it is this value that was refused, and another may pass. */
  value?: LeadValue;
  why: 'secured' | 'not-permitted' | 'missing-record' | 'unknown' | 'value';
}

/** What a refused create said. */
export interface Said {
  /** As Dataverse writes it, such as `0x80040217`. */
  code: string;
  text: string;
}

const SECURED = new Set(['0x8004f502']);
const MISSING = new Set(['0x80040217', '0x80060891']);
const DENIED = new Set(['0x80040220', '0x80048306', '0x80040231', '0x80048405']);
const ABOUT_COLUMNS = new Set([
  '0x80048d19',
  '0x8006088a',
  '0x80060888',
  '0x8004431a',
  '0x80044331',
  '0x80040203',
]);

export const BIND = '@odata.bind';

/**
 * What of the record the refusal names; nothing where it names nothing of it, or what every lead needs.
 * @param record as it was sent
 */
export function blamedIn(record: LeadRecord, { code, text }: Said): Blamed[] {
  const entries = Object.entries(record).filter(([name]) => name !== 'leadid');
  const known = code.toLowerCase();
  const lower = text.toLowerCase();
  if (MISSING.has(known)) {
    return entries
      .filter(([name, value]) => name.endsWith(BIND) && lower.includes(idIn(value)))
      .map(([name, value]) => ({ name, value, why: 'missing-record' }));
  }
  if (DENIED.has(known)) {
    return entries
      .filter(([name, value]) => isDenied(name, value, lower))
      .map(([name]) => ({ name, why: 'not-permitted' }));
  }
  if (SECURED.has(known)) {
    return entries.filter(([name]) => speaksOf(lower, name)).map(([name]) => ({ name, why: 'secured' }));
  }
  if (!ABOUT_COLUMNS.has(known)) return [];
  const isUnknown = /undeclared|invalid property|could not find a property|does(?:n't| not) exist/i.test(
    text,
  );
  return entries
    .filter(([name]) => quotes(lower, name))
    .map(([name, value]): Blamed => (isUnknown ? { name, why: 'unknown' } : { name, value, why: 'value' }));
}

/** The id in a reference; for what holds none, something that no text holds. */
function idIn(value: LeadValue): string {
  return /\(([0-9a-f-]{36})\)$/i.exec(String(value))?.[1]?.toLowerCase() ?? '\0';
}

/** Binding wants Append on leads and Append To, often Read, on the other table; the moment of creation a privilege of its own. */
function isDenied(name: string, value: LeadValue, text: string): boolean {
  if (name === 'overriddencreatedon') return text.includes('prvoverridecreatedon');
  if (!name.endsWith(BIND)) return false;
  if (/\bprvappendlead\b/.test(text)) return true;
  const [, table] = /\bprv(?:appendto|append|read|assign)([a-z0-9_]+)/.exec(text) ?? [];
  const set = /^\/([a-z0-9_]+)\(/.exec(String(value).toLowerCase())?.[1] ?? '';
  const singulars = [set, set.replace(/s$/, ''), set.replace(/es$/, ''), set.replace(/ies$/, 'y')];
  return (
    table !== undefined &&
    [...singulars, ...singulars.map((one) => one.replace(/^system/, ''))].includes(table)
  );
}

function speaksOf(text: string, name: string): boolean {
  return new RegExp(`\\b${wordOf(name)}\\b`).test(text);
}

function quotes(text: string, name: string): boolean {
  return new RegExp(`['"\u2018\u201C\u201D\u2019]${wordOf(name)}(?:@odata\\.bind)?['"\u2019\u201D]`).test(
    text,
  );
}

/** Names are letters, digits and underscores: they need no escaping. */
const wordOf = (name: string): string => name.replace(BIND, '').toLowerCase();
