/** Percentiles of a histogram whose class n holds from 2^(n/8) up to 2^((n+1)/8) milliseconds; pure. */

const CLASSES_TO_DOUBLE = 8;

/** How many are in a class. */
export interface Class {
  class: number;
  leads: number;
}

/**
 * A percentile in milliseconds, right to 5 %; `undefined` where there is nothing to take it of.
 * @param share from 0 to 1
 */
export function percentileOf(classes: readonly Class[], share: number): number | undefined {
  const present = classes.filter(({ leads }) => leads > 0).sort((one, other) => one.class - other.class);
  const all = present.reduce((sum, { leads }) => sum + leads, 0);
  let seen = 0;
  for (const { class: number, leads } of present) {
    seen += leads;
    if (seen >= share * all) return Math.round(2 ** ((number + 0.5) / CLASSES_TO_DOUBLE));
  }
  return undefined;
}
