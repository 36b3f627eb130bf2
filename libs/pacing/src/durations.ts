/** Spans of time in milliseconds, and the longest one that a timer takes. */

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Almost 25 days. The platform fires a timer that is set for longer at once, which makes a wait a hot loop. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The span as a timer takes it: never negative, never beyond the longest; a whole number of milliseconds. */
export function timerMs(ms: number): number {
  return Math.ceil(Math.min(LONGEST_TIMER_MS, Math.max(0, ms)));
}
