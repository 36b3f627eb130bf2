/** OData's $orderby: text to keys, keys to a comparison. Pure. */
import { orderOf } from './filter.ts';

export interface SortKey {
  readonly property: string;
  readonly descending: boolean;
}

/** `createdon desc,lastname`; undefined when the text is not of that form. */
export function parseOrderBy(text: string): SortKey[] | undefined {
  const keys: SortKey[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*([A-Za-z_]\w*)(?:\s+(asc|desc))?\s*$/.exec(part);
    if (!match) return undefined;
    keys.push({ property: match[1] as string, descending: match[2] === 'desc' });
  }
  return keys;
}

export function compareBy(
  keys: readonly SortKey[],
): (one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>) => number {
  return (one, other) => {
    for (const { property, descending } of keys) {
      const order = orderOf(one[property], other[property]) || 0;
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
}
