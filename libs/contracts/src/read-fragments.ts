/** What can still be told of a body in which no lead was found: fields by their names, wherever they stand; pure. */
import { canonicalKey, fieldsAmong, leadIn } from './lead-fields.ts';
import type { MarketplaceLead } from './marketplace-lead.ts';
import { DEEPEST, jsonIn, MOST_VALUES } from './read-leads.ts';

/** What was found in a body that holds no whole lead. */
export interface Fragments {
  /** The fields that were found, as a lead; what was not is an empty string. */
  lead: MarketplaceLead;
  /** The names of all fields, known or not, in an order that is always the same: bodies with the same ones are alike. */
  names: string[];
}

type Pair = readonly [name: string, value: unknown];

/**
 * Reads whatever stands beside a name.
 * @param value the body parsed, or `undefined` where its text cannot be
 */
export function readFragments(text: string, value: unknown): Fragments {
  const pairs = value === undefined ? pairsIn(text) : leavesOf(value);
  const fields = fieldsAmong(pairs);
  return { lead: leadIn(fields, []), names: [...new Set(pairs.map(([name]) => canonicalKey(name)))].sort() };
}

/** Every name in parsed JSON whose value is no object, in its order; no deeper and no more than is looked through. */
function leavesOf(body: unknown): Pair[] {
  const pairs: Pair[] = [];
  const waiting: { name: string; value: unknown; levels: number }[] = [
    { name: '', value: body, levels: DEEPEST },
  ];
  for (let next = waiting.pop(), seen = 0; next && seen < MOST_VALUES; next = waiting.pop(), seen += 1) {
    const { name, value, levels } = next;
    const inner = typeof value === 'string' ? (jsonIn(value) ?? value) : value;
    if (typeof inner !== 'object' || inner === null) {
      if (name !== '') pairs.push([name, inner]);
    } else if (levels > 0) {
      const entries = Object.entries(inner as Record<string, unknown>).slice(0, MOST_VALUES);
      // What stands in a list has its name.
      const named = entries.map(([key, each]) => ({ name: Array.isArray(inner) ? name : key, value: each }));
      for (const each of named.reverse()) waiting.push({ ...each, levels: levels - 1 });
    }
  }
  return pairs;
}

/** Every name and value that stand beside each other in a text that is meant for JSON, or lines of `name: value`. */
function pairsIn(text: string, levels = 2): Pair[] {
  const tokens: readonly string[] = text.match(TOKENS) ?? [];
  const pairs: Pair[] = [];
  for (let at = 0; at + 2 < tokens.length && pairs.length < MOST_VALUES; at += 1) {
    const name = tokens[at] ?? '';
    const value = tokens[at + 2] ?? '';
    if (tokens[at + 1] !== ':' || !name.startsWith('"') || MARKS.test(value)) continue;
    const said = unquoted(value);
    const inner = levels > 0 && said.includes('"') ? pairsIn(said, levels - 1) : [];
    pairs.push(...(inner.length > 0 ? inner : [[unquoted(name), said] as const]));
    at += 2;
  }
  return pairs.length > 0 ? pairs : linesOf(text);
}

/** A quoted text, closed or not, a mark, or what stands between these: each sign is looked at once. */
const TOKENS = /"(?:[^"\\]|\\[^])*"?|[{}[\]:,]|[^\s"{}[\]:,]+/g;
const MARKS = /^[{}[\]:,]$/;

function unquoted(token: string): string {
  if (!token.startsWith('"')) return token;
  try {
    return String(JSON.parse(token));
  } catch {
    return token.replace(/^"|"$/g, '');
  }
}

function linesOf(text: string): Pair[] {
  return text.split(/\r?\n/, MOST_VALUES).flatMap((line) => {
    const [, name, value] = LINE.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value.trim()] as const];
  });
}

const LINE = /^\s{0,20}([\p{L}][\p{L}\p{N} _.-]{0,40}?)\s{0,5}[:=](.{1,4000})$/u;
