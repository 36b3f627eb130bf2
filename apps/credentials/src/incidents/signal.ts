/** What a connection last said of one trouble, and whether that still stands; pure. */
import type { Place } from '@leads/contracts';

/** One trouble with one cause at one connection, as it was told last. */
export interface Signal {
  connectionId: string;
  trouble: string;
  /** What a later signal takes this one's place by; {@link EVERY_CAUSE} of one that is off. */
  sameAs: string;
  /** ISO 8601 in UTC, to the millisecond. */
  at: string;
  alertId: string;
  isOn: boolean;
  /** It is on, and nothing that its connection said since takes it back. */
  stands: boolean;
  /** The incident that it belongs to, of whatever kind that is; empty where it is off. */
  key: string;
  /** Absent where it is about no publisher's connection. */
  publisherId?: string;
  place: Place;
  cause: string;
  what: string;
  remedy: string;
  waiting: number;
  dead: number;
  /** When it began, where that is before it was told. */
  since?: string;
}

/** Of a signal that is off: it takes back whatever was on of its trouble. */
export const EVERY_CAUSE = '';

/** Of each, a connection has one at a time: what is told last is how it is. */
const ONE_AT_A_TIME: readonly (readonly string[])[] = [
  ['connection-broken', 'destination-away'],
  ['secret-expiring', 'secret-expired'],
];

/**
 * What a connection's signals are after another one. One that is no newer than what is known changes nothing, so the
 * order in which signals come, and how often, makes no difference in the end.
 */
export function takeSignal(own: readonly Signal[], said: Signal): readonly Signal[] {
  const isSame = ({ trouble, sameAs }: Signal): boolean => trouble === said.trouble && sameAs === said.sameAs;
  const before = own.find(isSame);
  if (before && !isNewer(said, before)) return own;
  const next = [...own.filter((signal) => !isSame(signal)), said];
  return next.map((signal) => ({
    ...signal,
    stands: signal.isOn && !next.some((other) => takesBack(other, signal)),
  }));
}

/** Of two at the same moment the ids decide, so that everybody decides alike. */
export function isNewer(one: Signal, other: Signal): boolean {
  return one.at === other.at ? one.alertId > other.alertId : one.at > other.at;
}

function takesBack(other: Signal, signal: Signal): boolean {
  if (!isNewer(other, signal)) return false;
  if (!other.isOn) return other.sameAs === EVERY_CAUSE && other.trouble === signal.trouble;
  return ONE_AT_A_TIME.some((ofThese) => ofThese.includes(other.trouble) && ofThese.includes(signal.trouble));
}
