/** What can still be told of a body in which no lead was found: fields by their names, wherever they stand; pure. */
import { canonicalKey, fieldsAmong, leadIn, saysOfLead } from './lead-fields.ts';
import type { MarketplaceLead } from './marketplace-lead.ts';
import { DEEPEST, jsonIn, MOST_VALUES } from './read-leads.ts';

/** What was found in a body that holds no whole lead. */
export interface Fragments {
  /** The fields that were found, as a lead; what was not is an empty string. Of several entries the first's alone. */
  lead: MarketplaceLead;
  /** The names of all fields, known or not, in an order that is always the same: bodies with the same ones are alike. */
  names: string[];
  /** Whether no other entry has fields of a lead: there may be another customer in it. */
  isOne: boolean;
}

interface Pair {
  name: string;
  value: unknown;
  /** The entry of a list that it stands in. */
  entry: Entry | undefined;
}

/** A place in a list, which may stand in an entry of another. */
interface Entry {
  list: object;
  at: number;
  outer: Entry | undefined;
}

/**
 * Reads whatever stands beside a name. What one entry of a list says is never put together with what another does: two
 * customers would become one.
 * @param value the body parsed, or `undefined` where its text cannot be
 */
export function readFragments(text: string, value: unknown): Fragments {
  const pairs = value === undefined ? pairsIn(text) : leavesOf(value);
  const chosen = new Map<object, number>();
  let isOne = true;
  for (const { name, value: said, entry } of pairs) {
    if (!saysOfLead(name, said)) continue;
    const places = placesOf(entry);
    if (places.some(({ list, at }) => (chosen.get(list) ?? at) !== at)) isOne = false;
    else for (const { list, at } of places) chosen.set(list, at);
  }
  const ofOne = pairs.filter(({ entry }) =>
    placesOf(entry).every(({ list, at }) => (chosen.get(list) ?? at) === at),
  );
  const fields = fieldsAmong(ofOne.map(({ name, value: said }) => [name, said] as const));
  return {
    lead: leadIn(fields, []),
    names: [...new Set(pairs.map(({ name }) => canonicalKey(name)))].sort(),
    isOne,
  };
}

function placesOf(entry: Entry | undefined): Entry[] {
  const places: Entry[] = [];
  for (let place = entry; place; place = place.outer) places.push(place);
  return places;
}

/** Every name in parsed JSON whose value is no object, in its order; no deeper and no more than is looked through. */
function leavesOf(body: unknown): Pair[] {
  const pairs: Pair[] = [];
  const waiting: (Pair & { levels: number })[] = [
    { name: '', value: body, entry: undefined, levels: DEEPEST },
  ];
  for (let next = waiting.pop(), seen = 0; next && seen < MOST_VALUES; next = waiting.pop(), seen += 1) {
    const { name, value, entry, levels } = next;
    const inner = typeof value === 'string' ? (jsonIn(value) ?? value) : value;
    if (typeof inner !== 'object' || inner === null) {
      if (name !== '') pairs.push({ name, value: inner, entry });
    } else if (levels > 0) {
      for (const each of withinOf(inner, name, entry).reverse())
        waiting.push({ ...each, levels: levels - 1 });
    }
  }
  return pairs;
}

/** What stands in an object, or in a list, which has the name of that. */
function withinOf(inner: object, name: string, outer: Entry | undefined): Pair[] {
  const entries = Object.entries(inner).slice(0, MOST_VALUES) as [string, unknown][];
  if (!Array.isArray(inner)) return entries.map(([key, value]) => ({ name: key, value, entry: outer }));
  return entries.map(([, value], at) => {
    const isApart = typeof value === 'object' || (typeof value === 'string' && /^\s*[{["]/.test(value));
    return { name, value, entry: isApart ? { list: inner, at, outer } : outer };
  });
}

/** Every name and value that stand beside each other in a text that is meant for JSON, or lines of `name: value`. */
function pairsIn(text: string, outer?: Entry, levels = 2): Pair[] {
  const tokens: readonly string[] = text.match(TOKENS) ?? [];
  const pairs: Pair[] = [];
  const place = new Place(outer);
  for (let at = 0; at < tokens.length && pairs.length < MOST_VALUES; at += 1) {
    const name = tokens[at] ?? '';
    const value = tokens[at + 2] ?? '';
    place.passes(name, tokens[at - 1]);
    if (tokens[at + 1] !== ':' || !name.startsWith('"') || value === '' || MARKS.test(value)) continue;
    const said = unquoted(value);
    const inner = levels > 0 && said.includes('"') ? pairsIn(said, place.entry, levels - 1) : [];
    if (inner.length > 0) pairs.push(...inner);
    else pairs.push({ name: unquoted(name), value: said, entry: place.entry });
    at += 2;
  }
  return pairs.length > 0 ? pairs : linesOf(text, outer);
}

/** In which entry of which list one is, by the marks that were passed; objects one after another are a list as well. */
class Place {
  private readonly lists: Entry[];
  /** Lists that are deeper than is looked. */
  private deeper = 0;

  constructor(outer: Entry | undefined) {
    this.lists = [{ list: {}, at: -1, outer }];
  }

  get entry(): Entry | undefined {
    return this.lists.at(-1);
  }

  passes(token: string, before: string | undefined): void {
    if (token === '[') this.opens();
    else if (token === ']') this.closes();
    else if (token === '{' && before !== ':' && this.deeper === 0) {
      const last = this.lists.pop();
      if (last) this.lists.push({ ...last, at: last.at + 1 });
    }
  }

  private opens(): void {
    if (this.lists.length >= DEEPEST) this.deeper += 1;
    else this.lists.push({ list: {}, at: -1, outer: this.entry });
  }

  private closes(): void {
    if (this.deeper > 0) this.deeper -= 1;
    else if (this.lists.length > 1) this.lists.pop();
  }
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

function linesOf(text: string, entry: Entry | undefined): Pair[] {
  return text.split(/\r?\n/, MOST_VALUES).flatMap((line) => {
    const [, name, value] = LINE.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [{ name, value: value.trim(), entry }];
  });
}

const LINE = /^\s{0,20}([\p{L}][\p{L}\p{N} _.-]{0,40}?)\s{0,5}[:=](.{1,4000})$/u;
