/** What a person mends by what they do, told as alerts that are over; pure but for the ids. */
import { randomUUID } from 'node:crypto';
import { type Alert, alertOf, Trouble, type ValidationStep } from '@leads/contracts';
import type { AuditedAct } from '../audit.ts';
import type { Connection } from '../connection-facts.ts';

/**
 * A test lead went the whole way, so none of these stands in its way; the lane tells anew what does. Warnings it ends by
 * itself, and what leads are dead of once they are replayed.
 */
const BY_VALIDATE: readonly Trouble[] = ['connection-broken', 'destination-away', 'secret-expired'];

const BY_SECRET: readonly Trouble[] = ['secret-expiring', 'secret-expired'];

/** What a Validate mends that was finished without a failed check. */
export function mendedByValidate({ connectionId, at }: Pick<ValidationStep, 'connectionId' | 'at'>): Alert[] {
  return over(connectionId, new Date(at), BY_VALIDATE, 'The connection was validated.');
}

/**
 * What a saved change mends of the trouble that stands. Whether leads can be written again is not among it, but for
 * the lane to find out.
 */
export function mendedBySave(
  { connectionId, facts: before }: Connection,
  { facts: { secret, state }, changedAt, act }: Pick<Connection, 'facts' | 'changedAt'> & { act: AuditedAct },
  standing: readonly string[],
): Alert[] {
  const isIn = (trouble: Trouble): boolean => standing.includes(trouble);
  if (state === 'deleted')
    return over(connectionId, changedAt, Trouble.options.filter(isIn), 'The connection was deleted.');
  const isRenewed = secret.version !== before.secret.version || secret.expiresOn !== before.secret.expiresOn;
  const isOther = act === 'connection changed' || act === 'connection restored';
  const mended = [...(isRenewed ? BY_SECRET : []), ...(isOther ? (['connection-warning'] as const) : [])];
  return over(connectionId, changedAt, mended.filter(isIn), 'The connection was changed.');
}

function over(connectionId: string, at: Date, troubles: readonly Trouble[], what: string): Alert[] {
  const words = { what, remedy: 'Nothing need be done.', transition: 'cleared' as const };
  return troubles.map((trouble) => alertOf({ alertId: randomUUID(), connectionId, at, trouble, ...words }));
}
