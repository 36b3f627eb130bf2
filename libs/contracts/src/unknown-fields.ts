/** Which fields of a posted body are none of the published ones: their names and what kind of value they hold; pure. */
import { CONTAINERS, canonicalKey, isKnownKey } from './lead-fields.ts';
import { jsonIn } from './read-leads.ts';

/** A field that is not known, without anything of what it says. */
export interface UnknownField {
  /** Its name, below the names of what it stands in: `userDetails.middleName`. */
  name: string;
  /** What it holds: `text`, `number`, `yes or no`, `list`, `object` or `nothing`. */
  kind: string;
}

/** The most that are told of one body. */
const MOST = 20;

/** The most entries of a list that are looked at. */
const MOST_ENTRIES = 100;

/** The fields of a body that is parsed, which are not known; below one that is not known nothing is looked for. */
export function unknownFieldsIn(body: unknown): UnknownField[] {
  const found = new Map<string, UnknownField>();
  lookIn(body, '', found);
  return [...found.values()].slice(0, MOST);
}

function lookIn(value: unknown, above: string, found: Map<string, UnknownField>): void {
  const inner = typeof value === 'string' ? jsonIn(value) : value;
  if (Array.isArray(inner)) {
    for (const each of inner.slice(0, MOST_ENTRIES)) if (found.size < MOST) lookIn(each, above, found);
    return;
  }
  if (typeof inner !== 'object' || inner === null) return;
  for (const [key, field] of Object.entries(inner)) {
    if (found.size >= MOST) return;
    const name = `${above}${shown(key)}`;
    if (!isKnownKey(key)) found.set(name, { name, kind: kindOf(field) });
    else if (CONTAINERS.includes(canonicalKey(key))) lookIn(field, `${name}.`, found);
  }
}

/** A key may be a value itself, as in a list by address: what does not look like a name is not shown. */
function shown(key: string): string {
  return /^[\p{L}_$@][\p{L}\p{N}_$ .:-]{0,59}$/u.test(key) && !/\d{5}/.test(key)
    ? key
    : '(a name that may be a value)';
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (Array.isArray(value)) return value.length === 1 ? kindOf(value[0]) : 'list';
  const kinds: Partial<Record<string, string>> = { string: 'text', boolean: 'yes or no' };
  return kinds[typeof value] ?? typeof value;
}
