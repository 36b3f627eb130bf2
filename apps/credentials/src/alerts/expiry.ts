/** When a secret's expiry is told of, and in which words; pure. */
import { daysLeft } from '@leads/contracts/connection-details';
import { inWords, replaceSecret } from '@leads/contracts/validation';
import type { ConnectionFacts } from '../connection-facts.ts';

/** Days before the expiry, and 0 for when it has happened. */
export const WARNINGS = [30, 14, 7, 3, 1, 0] as const;
export type DaysBefore = (typeof WARNINGS)[number];

/**
 * The warning that is due; `undefined` where it is too early for any.
 *
 * Only the latest one: whoever enters a secret five days before its end is not told of thirty and fourteen.
 * @param expiresOn the last day on which the secret works, `YYYY-MM-DD`
 */
export function dueWarning(expiresOn: string, now: Date): DaysBefore | undefined {
  const left = daysLeft(expiresOn, now);
  return left < 0 ? 0 : WARNINGS.findLast((days) => days > 0 && left <= days);
}

const names = {
  'client-secret': 'client secret',
  certificate: 'certificate',
  password: 'password',
} as const;

/** What the contacts are told. The offers are named beside it: one secret may be that of several. */
export function describeExpiry(
  { secret }: Pick<ConnectionFacts, 'secret'>,
  now: Date,
): { what: string; remedy: string } {
  const name = names[secret.kind];
  const { expiresOn = '' } = secret;
  const expired = dueWarning(expiresOn, now) === 0;
  const what = expired
    ? `The ${name} expired on ${expiresOn}. New leads are kept and wait until it is replaced; none is lost.`
    : `The ${name} expires on ${expiresOn}. After that day leads wait until it is replaced.`;
  return { what, remedy: inWords(replaceSecret[secret.kind]) };
}
