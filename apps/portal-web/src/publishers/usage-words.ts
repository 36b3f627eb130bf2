/** How much of a limit is used, for people; pure. */

/** Beyond so much of it, an operator should look. */
const NEAR = 0.8;

/** @param used absent where it has not been used */
export function usageWords(used = 0, limit: number): string {
  return `${Math.min(used, limit).toLocaleString('en')} of ${limit.toLocaleString('en')}${used > limit ? ', refused beyond' : ''}`;
}

export function isNearLimit(used = 0, limit: number): boolean {
  return used >= limit * NEAR;
}
