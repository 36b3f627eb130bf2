/** How long to wait before the next attempt. */

const FIRST_MS = 1_000;
const LONGEST_MS = 60 * 60_000;

/**
 * Full jitter: anywhere between nothing and a span that doubles with each failure, up to an hour.
 * @param failures how many attempts have failed so far, at least 1
 * @param random a number in [0, 1)
 * @returns milliseconds
 */
export function backOffMs(failures: number, random: number): number {
  return Math.floor(random * Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)));
}
