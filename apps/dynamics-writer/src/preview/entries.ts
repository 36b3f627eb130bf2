/** The entries of a mapping by what they fill; pure. */
import type { Mapping } from '@leads/contracts';
import { BIND } from '../mapping/blamed-in.ts';
import type { LeadTable } from '../mapping/lead-table.ts';
import { resolveLookup } from '../mapping/resolve-lookup.ts';

/** A lookup of a mapping that can be bound. */
export interface Bound {
  /** Its entry. */
  pointer: string;
  /** As the record has it: `<navigation property>@odata.bind`. */
  name: string;
  /** What it is bound to, as `/campaigns(<id>)`. */
  reference: string;
  /** The table that it refers to, where it is known and the only one. */
  table?: string;
}

/** The entry (RFC 6901) that fills each column or lookup of the record. */
export function entriesOf(mapping: Mapping, table: LeadTable | undefined): Map<string, string> {
  const { constants = {}, targets = {}, columns = {} } = mapping;
  return new Map([
    ...Object.keys(constants).map((name) => [name, `/mapping/constants/${name}`] as const),
    ...Object.entries(targets).map(([field, name]) => [name, `/mapping/targets/${field}`] as const),
    ...Object.keys(columns).map((name) => [name, `/mapping/columns/${name}`] as const),
    ...referencesOf(mapping, table).map(({ name, pointer }) => [name, pointer] as const),
  ]);
}

/** The lookups that can be bound. */
export function referencesOf(mapping: Mapping, table: LeadTable | undefined): Bound[] {
  return Object.entries(mapping.lookups ?? {}).flatMap(([given, reference]) => {
    const resolved = resolveLookup(given, reference, table);
    if (resolved.kind === 'not-found') return [];
    const [lookup, ...others] = (table?.lookups ?? []).filter(
      ({ property }) => property === resolved.property,
    );
    return [
      {
        pointer: `/mapping/lookups/${given}`,
        name: resolved.property + BIND,
        reference,
        ...(lookup && others.length === 0 && { table: lookup.table }),
      },
    ];
  });
}
