/**
 * Reads leads out of a posted body, already parsed, in whichever published shape it comes; pure.
 *
 * The documentation prints PascalCase, the wire carries camelCase, a row of an Azure Table has the customer as text, a
 * form has all in one level, and what forwards a lead wraps it. So keys are matched without regard to case and
 * punctuation, text that is JSON is read as such, and a lead is looked for wherever it may be.
 */
import { CONTAINERS, FACTS, type Fields, fieldsOf, hasContent, leadIn, PERSON } from './lead-fields.ts';
import type { MarketplaceLead } from './marketplace-lead.ts';
import { own } from './own.ts';

/** The most levels that a body is looked through. */
export const DEEPEST = 32;

/** The most values that a body may have, keys and list entries counted alike. */
export const MOST_VALUES = 4_000;

/** The most leads that one body may have. */
const MOST_LEADS = 100;

/** A lead, and the part of the body that it was read from. */
export interface FoundLead {
  lead: MarketplaceLead;
  part: unknown;
}

/** What a body holds. */
export type LeadsRead =
  | {
      kind: 'leads';
      /** At least one. */
      leads: FoundLead[];
      /** Whether nothing else in the body might have been a lead. */
      isWhole: boolean;
      /** What else might have been one; nothing where it is whole. */
      rest: unknown[];
    }
  /** No name, no address, and no mark of the marketplace. */
  | { kind: 'no-lead' }
  /** Nested or numerous beyond what is looked through. */
  | { kind: 'too-intricate' };

/** Reads every lead of a posted body. */
export function readLeads(body: unknown): LeadsRead {
  if (isTooIntricate(body)) return { kind: 'too-intricate' };
  const { found, unread, passedOver } = search(body, DEEPEST);
  if (found.length > MOST_LEADS) return { kind: 'too-intricate' };
  if (found.length === 0) return { kind: 'no-lead' };
  // Of a single lead the whole body is kept with it.
  const rest = found.length === 1 ? unread : [...unread, ...passedOver];
  return {
    kind: 'leads',
    leads: found.map(({ lead, part }) => ({ lead, part })),
    isWhole: rest.length === 0,
    rest,
  };
}

/** Reads the fields of one lead where the marketplace has them, whichever there are; `undefined` where there are none. */
export function readMarketplaceLead(body: unknown): MarketplaceLead | undefined {
  const fields = fieldsOf(body);
  const lead = leadIn(fields, containersIn(fields, DEEPEST));
  const { customer, ...facts } = lead;
  return [...Object.values(customer), ...Object.values(facts)].some((text) => text !== '') ? lead : undefined;
}

interface Found extends FoundLead {
  /** Whether it says who it is about: a name, an address or a company. */
  hasPerson: boolean;
  /** Whether it is one by its own words, and not only by fields that other things have too. */
  isMarked: boolean;
}

interface Search {
  found: Found[];
  /** Entries of lists that were not understood among others that were. */
  unread: unknown[];
  /** What may be a lead and stood beside one that is. */
  passedOver: unknown[];
}

const NOTHING: Search = { found: [], unread: [], passedOver: [] };

function search(value: unknown, levels: number): Search {
  if (levels === 0) return NOTHING;
  if (typeof value === 'string') {
    const inner = jsonIn(value);
    return inner === undefined ? NOTHING : search(inner, levels - 1);
  }
  if (Array.isArray(value)) return searchList(value, levels);
  return typeof value === 'object' && value !== null ? searchObject(value, levels) : NOTHING;
}

function searchList(list: readonly unknown[], levels: number): Search {
  const searches = list.map((entry) => search(entry, levels - 1));
  const found = searches.flatMap((each) => each.found);
  const isSilent = (each: Search, index: number): boolean =>
    each.found.length === 0 && hasContent(list[index], levels);
  const unreadIn = (each: Search, index: number): unknown[] =>
    isSilent(each, index) ? [list[index]] : each.unread;
  return {
    found,
    unread: found.length > 0 ? searches.flatMap(unreadIn) : [],
    passedOver: searches.flatMap((each) => each.passedOver),
  };
}

function searchObject(value: object, levels: number): Search {
  const fields = fieldsOf(value);
  if (fields.size === 0) return NOTHING;
  const containers = containersIn(fields, levels);
  const lead = leadIn(fields, containers);
  const outer: Found = {
    lead,
    part: value,
    hasPerson:
      PERSON.some((name) => lead.customer[name] !== '') ||
      (containers.length > 0 && lead.customer.company !== ''),
    isMarked: lead.leadSource !== '' || lead.actionCode !== '' || containers.length > 0,
  };
  if (outer.hasPerson && outer.isMarked) return { ...NOTHING, found: [outer] };
  const inner = searchWithin(fields, levels);
  const isInnerSure = inner.found.some((each) => each.hasPerson && each.isMarked);
  // Who forwards a lead may say who they are themselves.
  if (outer.hasPerson && !isInnerSure) return { ...NOTHING, found: [outer] };
  const isFact = lead.leadSource !== '' || lead.actionCode !== '';
  if (inner.found.length > 0)
    return isFact ? { ...inner, found: inner.found.map((each) => completed(each, outer)) } : inner;
  return isFact ? { ...NOTHING, found: [outer] } : NOTHING;
}

/** What an object holds below its own fields, of all its parts. */
function searchWithin(fields: Fields, levels: number): Search {
  const searches = [...fields].flatMap(([key, values]) =>
    // What came along over HTTP is about who sent it.
    key === 'headers' ? [] : values.map((value) => search(value, levels - 1)),
  );
  const found = searches.flatMap((each) => each.found);
  const sure = found.filter((each) => each.hasPerson && each.isMarked);
  const [facts, ...otherFacts] = found.filter((each) => !each.hasPerson);
  const [person, ...otherPersons] = found.filter((each) => each.hasPerson && !each.isMarked);
  const unread = searches.flatMap((each) => each.unread);
  const unsure = found.filter((each) => !sure.includes(each)).map(({ part }) => part);
  if (sure.length > 0) return { found: sure, unread, passedOver: unsure };
  // The customer in one part, and what they did in another.
  if (facts && person && otherFacts.length === 0 && otherPersons.length === 0)
    return { found: [completed(person, facts)], unread, passedOver: [] };
  return { found, unread, passedOver: searches.flatMap((each) => each.passedOver) };
}

/** A lead with what stands beside it or around it and it does not say itself. */
function completed(inner: Found, outer: Found): Found {
  const facts = FACTS.map((name) => [name, inner.lead[name] || outer.lead[name]] as const);
  const lead: MarketplaceLead = { ...inner.lead, ...Object.fromEntries(facts) };
  return { ...inner, lead, isMarked: true };
}

/** The objects that hold a customer, apart from the lead: as they are, or as text. */
function containersIn(fields: Fields, levels: number): Fields[] {
  return CONTAINERS.flatMap((name) => fields.get(name) ?? [])
    .map((value) => unpacked(value, levels))
    .filter((value) => !Array.isArray(value) && hasContent(value, levels))
    .map(fieldsOf)
    .filter((inner) => inner.size > 0);
}

/** What a value is once it is taken out of the lists of one and the texts that it is in. */
function unpacked(value: unknown, levels: number): unknown {
  const inner = onlyOf(value);
  return typeof inner === 'string' && levels > 0 ? unpacked(jsonIn(inner), levels - 1) : inner;
}

/** The entry of a list of one: a form has a list for each of its fields. */
function onlyOf(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
}

/** What JSON that is no number or word begins with, and ends with then. */
const BRACKETS: Readonly<Record<string, string>> = { '"': '"', '[': ']', '{': '}' };

/** What a text holds that is JSON itself. */
export function jsonIn(text: string): unknown {
  const trimmed = text.trim();
  const last = own(BRACKETS, trimmed.charAt(0));
  if (last === undefined || !trimmed.endsWith(last)) return undefined;
  try {
    const value = JSON.parse(trimmed) as unknown;
    return isTooIntricate(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Looks no further than to the first that is too much; calls nothing for each level. */
function isTooIntricate(body: unknown): boolean {
  const waiting: { value: unknown; levels: number }[] = [{ value: body, levels: DEEPEST }];
  let values = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, levels } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (levels === 0) return true;
    const inner = Object.values(value) as unknown[];
    values += inner.length;
    if (values > MOST_VALUES) return true;
    for (const each of inner) waiting.push({ value: each, levels: levels - 1 });
  }
  return false;
}
