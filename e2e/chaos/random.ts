/** Chance that can be repeated: the same seed gives the same choices. */
export interface Chance {
  /** A number in [0, 1). */
  next(): number;
  /** One of the items. */
  oneOf<Item>(items: readonly Item[]): Item;
}

/** @param seed any whole number (mulberry32, a public-domain generator by Tommy Ettinger) */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
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
