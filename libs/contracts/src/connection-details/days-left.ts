/** How long a secret lasts, in days that end at midnight UTC. */

const DAY_MS = 86_400_000;

/**
 * @param expiresOn the last day on which it works, `YYYY-MM-DD`
 * @returns 0 on that day, below 0 once it has passed
 */
export function daysLeft(expiresOn: string, now: Date): number {
  const today = Date.parse(now.toISOString().slice(0, 10));
  return Math.round((Date.parse(expiresOn) - today) / DAY_MS);
}
