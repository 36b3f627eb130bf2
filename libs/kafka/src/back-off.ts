/**
 * How long to wait before the next attempt, in milliseconds: doubling from `firstMs` up to `mostMs`, of which
 * chance takes up to a half, so that what failed together does not come back together.
 *
 * @param failures how many attempts have failed so far, from 1
 * @param random a number from 0 to below 1
 */
export function backOffMs(
  failures: number,
  random: number,
  { firstMs, mostMs }: { firstMs: number; mostMs: number },
): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full * (1 - random / 2));
}
