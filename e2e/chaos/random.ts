/** Chance that can be repeated: the same seed gives the same choices. */
import { createHash } from 'node:crypto';

export interface Chance {
  /** A number in [0, 1). */
  next(): number;
  /** One of the items. */
  oneOf<Item>(items: readonly Item[]): Item;
}

/** @param seed any text or number */
export function chance(seed: string | number): Chance {
  let drawn = 0;
  const next = (): number => {
    drawn += 1;
    return createHash('sha256').update(`${seed} ${drawn}`).digest().readUInt32BE(0) / 2 ** 32;
  };
  return {
    next,
    oneOf(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('There is nothing to choose from.');
      return item;
    },
  };
}
