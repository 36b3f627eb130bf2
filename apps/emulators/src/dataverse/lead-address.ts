/** Addresses of single leads: `leads(<guid>)`, `leads(leadid=<guid>)`, `leads(key='v',other=2)`. Pure. */
import { GUID } from '../ids.ts';
import type { LeadKey } from './change-leads.ts';
import { badQuery } from './errors.ts';
import type { Columns } from './lead-store.ts';

interface LeadAddress {
  readonly key: LeadKey;
  /** What follows, without slash. */ readonly rest: string;
}

const PAIR = /^([a-z_][a-z0-9_]*)=('(?:[^']|'')*'|[^,()']+)(?:,|$)/i;
/** Characters that break an alternate key's value in a URL. */
const FORBIDDEN = /[/<>*%&:\\?+]/;

/** Undefined when `resource` is not the address of one lead; throws for a key that cannot be. */
export function parseLeadKey(resource: string): LeadAddress | undefined {
  if (!resource.startsWith('leads(')) return undefined;
  const end = closingParenthesis(resource);
  if (end < 0) throw badQuery("Syntax error: the key of 'leads' is not closed.");
  const inside = resource.slice('leads('.length, end);
  const after = resource.slice(end + 1);
  if (after !== '' && !after.startsWith('/')) throw badQuery(`Syntax error after 'leads(${inside})'.`);
  const rest = after.slice(1);
  if (GUID.test(inside)) return { key: { id: inside.toLowerCase() }, rest };

  const key: Columns = {};
  let left = inside;
  while (left !== '') {
    const match = PAIR.exec(left);
    if (!match) throw badQuery(`The key '${inside}' of 'leads' is not valid.`);
    const [pair, name = '', value = ''] = match;
    key[name] = valueOf(value);
    left = left.slice(pair.length);
  }
  const names = Object.keys(key);
  const id = key['leadid'];
  if (names.length === 1 && typeof id === 'string' && GUID.test(id))
    return { key: { id: id.toLowerCase() }, rest };
  if (Object.values(key).some((value) => typeof value === 'string' && FORBIDDEN.test(value)))
    throw badQuery(`The key '${inside}' holds a character that a key in an address cannot have.`);
  return { key: { key, text: inside }, rest };
}

function closingParenthesis(resource: string): number {
  let quoted = false;
  for (let at = 'leads('.length; at < resource.length; at += 1) {
    if (resource[at] === "'") quoted = !quoted;
    else if (resource[at] === ')' && !quoted) return at;
  }
  return -1;
}

function valueOf(text: string): unknown {
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text;
}
