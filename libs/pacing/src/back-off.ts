/** How long to wait before the next attempt. */

export interface BackOff {
  /** The span of the first wait, in milliseconds. */
  firstMs: number;
  /** The longest span, in milliseconds. */
  mostMs: number;
  /** The shortest wait, in milliseconds; 0 unless told. For what is tried by one alone, and should not be tried at once. */
  leastMs?: number;
}

/**
 * Full jitter: anywhere within a span that doubles with each failure, so that what failed together does not come
 * back together.
 * @param failures how many attempts have failed so far, at least 1
 * @param random a number in [0, 1)
 * @returns milliseconds
 */
export function backOffMs(
  failures: number,
  random: number,
  { firstMs, mostMs, leastMs = 0 }: BackOff,
): number {
  const span = Math.min(mostMs, firstMs * 2 ** (failures - 1));
  return Math.min(mostMs, leastMs + Math.floor(random * span));
}
