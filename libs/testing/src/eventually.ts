/** Waits for a condition instead of for a time. */
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs a check again and again until it passes, and gives what it returned.
 *
 * @param check fails by throwing, so assertions can stand in it
 * @param options.timeoutMs how long it may take; after that the last failure is thrown
 */
export async function eventually<Result>(
  check: () => Result | Promise<Result>,
  { timeoutMs = 15_000, everyMs = 25 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
    await delay(everyMs);
  }
}
