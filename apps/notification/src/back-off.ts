/** How long a mail that could not be sent waits for its next attempt. */

const FIRST_MS = 1_000;
/** A mail about a lead is worth little tomorrow: it is tried often, for as long as it takes. */
const LONGEST_MS = 5 * 60_000;

/**
 * Full jitter: anywhere between nothing and a span that doubles with each attempt, up to five minutes.
 * @param attempts how many attempts have failed so far, at least 1
 * @param random a number in [0, 1)
 * @returns milliseconds
 */
export function backOffMs(attempts: number, random: number): number {
  return Math.floor(random * Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempts - 1)));
}
