/** Which navigation property a lookup of a mapping means: people know the column's name, Dynamics binds by another; pure. */
import { own } from '@leads/contracts';
import { BIND } from './blamed-in.ts';
import type { Lookup, LeadTable } from './lead-table.ts';

/** The property to bind, or why there is none. */
export type ResolvedLookup = { kind: 'found'; property: string } | { kind: 'not-found'; why: string };

const not = (why: string): ResolvedLookup => ({ kind: 'not-found', why });

/**
 * Finds the navigation property by its name, or by that of its column, whatever the case; of several the one that
 * refers to the table of the record. Where nothing is known of the table, the name is taken as it is.
 * @param reference the record, as `/campaigns(<id>)`
 */
export function resolveLookup(name: string, reference: string, table: LeadTable | undefined): ResolvedLookup {
  const wanted = name.toLowerCase();
  if (!table?.lookups) {
    const column = table && own(table.columns, wanted);
    return column && column.kind !== 'lookup' ? not('it is not a lookup') : { kind: 'found', property: name };
  }
  const { lookups } = table;
  const exact = lookups.filter(({ property }) => property === name);
  const meant = lookups.filter(
    ({ property, column }) => property.toLowerCase() === wanted || column === wanted,
  );
  const candidates = exact.length > 0 ? exact : meant;
  const [column] = candidates.map((lookup) => own(table.columns, lookup.column));
  if (candidates.length === 0) {
    return not(
      own(table.columns, wanted)
        ? 'it is not a lookup'
        : `there is no such lookup${alike(reference, lookups)}`,
    );
  }
  if (column?.isReadOnly) return not('it cannot be filled when a lead is made');
  const properties = named(candidates);
  const fitting =
    properties.length === 1 ? properties : named(candidates.filter((one) => refersTo(one, reference)));
  const [property] = fitting;
  return fitting.length === 1 && property !== undefined
    ? { kind: 'found', property }
    : not(`it can be several: name one of ${properties.join(', ')}`);
}

/** Whether a navigation property evidently refers to the table of a record; a table's set may be called otherwise. */
export function isBoundTo(property: string, reference: string, lookups: readonly Lookup[]): boolean {
  return lookups.some((lookup) => lookup.property === property && refersTo(lookup, reference));
}

/** What the user of a connection lacks for binding a lookup. */
export interface Lacking {
  /** The table that it refers to. */
  table: string;
  lacks: readonly ('Append' | 'Append To')[];
}

/**
 * What the user lacks for binding a lookup to a record; nothing where that is not known.
 * @param name of a lookup as the record has it, or of a column, for which nothing is lacking
 */
export function lackingFor(
  name: string,
  reference: unknown,
  { lookups = [], unbindable = {} }: Pick<LeadTable, 'lookups' | 'unbindable'> = {},
): Lacking | undefined {
  const ways = lookups.filter(({ property }) => property + BIND === name);
  const [way] = ways.length === 1 ? ways : ways.filter((one) => refersTo(one, String(reference)));
  const lacks = way && own(unbindable, way.table);
  return lacks && { table: way.table, lacks };
}

function named(lookups: readonly Lookup[]): string[] {
  return [...new Set(lookups.map(({ property }) => property))];
}

function alike(reference: string, lookups: readonly Lookup[]): string {
  const properties = named(lookups.filter((lookup) => refersTo(lookup, reference)));
  return properties.length === 0 ? '' : `; to records of that table refer ${properties.join(', ')}`;
}

/** Whether the set of a reference is the plural of the lookup's table. */
function refersTo({ table }: Lookup, reference: string): boolean {
  const set = /^\/([a-z0-9_]+)\(/i.exec(reference)?.[1]?.toLowerCase();
  return set !== undefined && [`${table}s`, `${table}es`, table.replace(/y$/, 'ies')].includes(set);
}
