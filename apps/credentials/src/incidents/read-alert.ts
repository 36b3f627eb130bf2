/** What an alert says, in whichever form: which trouble, at which place, noticed or over; pure. */
import { createHash } from 'node:crypto';
import { type Alert, NO_CONNECTION, type Place, type Trouble, own } from '@leads/contracts';
import type { ConnectionFacts } from '../connection-facts.ts';
import { EVERY_CAUSE, type Signal } from './signal.ts';

/** What must be known of a connection to tell with which others it shares its trouble. */
export type Whereabouts = Pick<
  ConnectionFacts,
  'publisher' | 'url' | 'authentication' | 'applicationId' | 'directoryId' | 'userName' | 'state'
> & { secret: Pick<ConnectionFacts['secret'], 'setAt'>; changedAt: Date };

/** A secret past its last day, in Entra ID's words: the same trouble as by the calendar. */
const EXPIRED = ['AADSTS7000222', 'AADSTS50055'];

/** Told by another word than the trouble's own, these are over with it: leads are written, so the secret works. */
const OVER_WITH: Partial<Record<string, readonly Trouble[]>> = {
  'connection-broken': ['connection-broken', 'destination-away', 'secret-expired'],
};

/**
 * The signals that an alert is.
 * @param connection absent where there never was one with this id: such an alert says nothing
 */
export function readAlert(alert: Alert, connection: Whereabouts | undefined): Signal[] {
  const isNobodys = alert.connectionId === NO_CONNECTION;
  if (!isNobodys && !connection) return [];
  const trouble = troubleOf(alert);
  const at = new Date(alert.at).toISOString();
  const isOn =
    (alert.transition ?? (alert.kind === 'connection-restored' ? 'cleared' : 'triggered')) === 'triggered';
  if (isOn && connection && isMended(trouble, at, connection)) return [];
  const cause = trouble === 'secret-expired' ? trouble : (alert.cause ?? trouble);
  const place = placeOf(alert, trouble, connection);
  const publisherId = connection?.publisher.id;
  const signal: Signal = {
    connectionId: alert.connectionId,
    trouble,
    sameAs: trouble === 'secret-expired' ? trouble : (alert.dedupKey ?? cause),
    at,
    alertId: alert.alertId,
    isOn,
    stands: isOn,
    key: isOn ? keyOf({ trouble, place, cause, publisherId, who: identityOf(connection) }) : '',
    ...(publisherId === undefined ? {} : { publisherId }),
    place,
    cause,
    what: alert.what,
    remedy: alert.remedy,
    waiting: alert.waiting ?? 0,
    dead: alert.dead ?? 0,
    ...(alert.since !== undefined && { since: alert.since }),
  };
  if (isOn || alert.cause !== undefined || alert.dedupKey !== undefined) return [signal];
  return (own(OVER_WITH, trouble) ?? [trouble]).map((over) => ({
    ...signal,
    trouble: over,
    sameAs: EVERY_CAUSE,
  }));
}

function troubleOf({ trouble, kind, cause = '', secret, at }: Alert): string {
  if (EXPIRED.includes(cause)) return 'secret-expired';
  if (trouble !== undefined) return trouble;
  switch (kind) {
    case 'connection-failing':
    case 'connection-restored':
      return 'connection-broken';
    case 'connection-warning':
      return 'connection-warning';
    case 'secret-expiring':
      return secret?.expiresOn !== undefined && secret.expiresOn < at.slice(0, 10)
        ? 'secret-expired'
        : 'secret-expiring';
    case 'record-quarantined':
      return 'records-undecodable';
  }
}

/** What was said before a person changed what it is about, or of what is deleted, is mended already. */
function isMended(trouble: string, at: string, { state, secret, changedAt }: Whereabouts): boolean {
  if (state === 'deleted') return true;
  if (trouble === 'secret-expiring' || trouble === 'secret-expired') return at < secret.setAt;
  return trouble === 'connection-warning' && at < changedAt.toISOString();
}

function placeOf(alert: Alert, trouble: string, connection: Whereabouts | undefined): Place {
  if (!connection) return { scope: 'system', id: alert.place?.id ?? trouble };
  if (alert.place && alert.place.scope !== 'connection') return alert.place;
  const itself: Place = { scope: 'connection', id: alert.connectionId };
  // What says no cause can be about the same as nothing else.
  if (alert.cause === undefined && trouble !== 'secret-expiring' && trouble !== 'secret-expired')
    return itself;
  switch (trouble) {
    case 'secret-expiring':
    case 'secret-expired':
      return { scope: 'application', id: identityOf(connection) };
    case 'connection-broken':
      return /^AADSTS\d/.test(alert.cause ?? '')
        ? { scope: 'application', id: identityOf(connection) }
        : { scope: 'organization', id: connection.url };
    case 'destination-away':
    case 'leads-refused':
      return { scope: 'organization', id: connection.url };
    default:
      return itself;
  }
}

/** Who signs in: connections with the same one stand and fall together. */
function identityOf(connection: Whereabouts | undefined): string {
  if (!connection) return '';
  const { authentication, directoryId = '', applicationId = '', userName = '' } = connection;
  if (authentication === 'azure-active-directory') return `${directoryId}/${applicationId}`.toLowerCase();
  // A person's name is nobody's business who reads the topic.
  return `user/${createHash('sha256').update(userName.toLowerCase()).digest('hex').slice(0, 32)}`;
}

interface KeyParts {
  trouble: string;
  place: Place;
  cause: string;
  publisherId: string | undefined;
  who: string;
}

/** What makes an incident the same one: whose it is, where, and of which cause. What the cause does is its kind, which may change. */
function keyOf({ trouble, place, cause, publisherId = '', who }: KeyParts): string {
  // What an organisation refuses, such as for a role that is missing, it refuses to who signs in; others get in.
  const isOfOne = place.scope === 'organization' && trouble !== 'destination-away';
  return JSON.stringify([publisherId, place.scope, place.id, cause, ...(isOfOne ? [who] : [])]);
}
