/** When a secret's expiry is told of, and in which words; pure. */
import { daysLeft } from '@leads/contracts/connection-details';
import type { ConnectionFacts } from '../connections/connection-facts.ts';

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

/** What the contacts are told. */
export function describeExpiry(
  { secret, offer }: Pick<ConnectionFacts, 'secret' | 'offer'>,
  now: Date,
): { what: string; remedy: string } {
  const name = names[secret.kind];
  const { expiresOn = '' } = secret;
  const expired = dueWarning(expiresOn, now) === 0;
  const what = expired
    ? `The ${name} of the Dynamics 365 connection of "${offer.title}" expired on ${expiresOn}. New leads are kept and wait until it is replaced; none is lost.`
    : `The ${name} of the Dynamics 365 connection of "${offer.title}" expires on ${expiresOn}. After that day leads wait until it is replaced.`;
  return { what, remedy: remedies[secret.kind] };
}

const enter = 'under Offer setup, Customer leads, Connect';
const remedies = {
  'client-secret': `Azure portal, App registrations, your application, Certificates & secrets: select New client secret, copy its Value, and enter it as Client secret ${enter}.`,
  certificate: `Azure portal, App registrations, your application, Certificates & secrets: upload a new certificate, and enter it with its private key ${enter}.`,
  password: `Microsoft 365 admin center, Users, the service account: set a new password, and enter it as Password ${enter}. With Azure Active Directory nothing of this kind falls due every 90 days.`,
} as const;
