/** Lookups of the lead table: which navigation property binds which column to which table. Pure. */
import type { Column } from './lead-columns.ts';

/** One way to bind a lookup. */
export interface Navigation {
  readonly column: Column;
  /** Entity sets that may be bound. */
  readonly targets: readonly string[];
}

const LOGICAL_NAMES: Readonly<Record<string, string>> = {
  transactioncurrencies: 'transactioncurrency',
  opportunities: 'opportunity',
};

/** The logical name of a table by its entity set: `campaign` for `campaigns`. */
export const logicalNameOf = (entitySet: string): string =>
  LOGICAL_NAMES[entitySet] ?? entitySet.replace(/s$/, '');

/** A table's name inside its privileges: `prvReadUser` for `systemusers`. */
export function privilegeNameOf(entitySet: string): string {
  if (entitySet === 'systemusers') return 'User';
  if (entitySet === 'transactioncurrencies') return 'TransactionCurrency';
  const name = logicalNameOf(entitySet);
  return name.includes('_') ? name : name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * Every relationship of a lookup with the name of its navigation property: the column's schema name, followed by the
 * table where there are several. The owner is one for all.
 */
export function relationshipsOf(column: Column): { navigation: string; target: string }[] {
  const name = column.schemaName ?? column.logicalName;
  const targets = column.targets ?? [];
  const isOne = targets.length === 1 || column.logicalName === 'ownerid';
  return targets.map((target) => ({
    navigation: isOne ? name : `${name}_${logicalNameOf(target)}`,
    target,
  }));
}

/** By the navigation property's name, whose case counts. */
export function navigationOf(columns: Iterable<Column>): ReadonlyMap<string, Navigation> {
  const found = new Map<string, Navigation>();
  for (const column of columns) {
    if (column.type !== 'lookup') continue;
    for (const { navigation, target } of relationshipsOf(column)) {
      const before = found.get(navigation)?.targets ?? [];
      found.set(navigation, { column, targets: [...before, target] });
    }
  }
  return found;
}
