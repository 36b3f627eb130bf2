/** Whom a transition of an incident is told, about which of their offers; pure. */
import { createHash } from 'node:crypto';
import type { Incident, IncidentTransition } from '@leads/contracts';

/** One mail: each contact has their own, for nobody is to read of others' offers. */
export interface Letter {
  /** Made of what it is about and of who gets it, so that the same letter is never written twice. */
  aboutId: string;
  contact: string;
  offers: ConcernedOffer[];
}

interface ConcernedOffer {
  connectionId: string;
  title: string;
  /** The organisation's origin; `null` where it is not known. */
  organization: string | null;
}

/** A connection that an incident concerns, as far as letters need it. */
export interface Concerned extends ConcernedOffer {
  contacts: readonly string[];
}

/** What contacts are told of, and nothing else. */
export type ToldTransition = 'opened' | 'reminded' | 'resolved';

/**
 * What a transition has contacts told; `undefined` where nothing.
 *
 * A connection that joins an open incident has its contacts told like the first; who was told already is not told
 * again. What was over before anybody was told is told to nobody.
 * @param newest the incident as it is known now, which may be later than the transition
 */
export function toldBy(transition: IncidentTransition, newest: Incident): ToldTransition | undefined {
  if (transition === 'resolved') return 'resolved';
  if (newest.state !== 'open') return undefined;
  if (transition === 'reminded') return 'reminded';
  return transition === 'acknowledged' ? undefined : 'opened';
}

/**
 * The letters of one transition, each contact's once.
 * @param version of the transition: each reminder is a letter of its own
 */
export function lettersOf(
  incidentId: string,
  told: ToldTransition,
  version: number,
  concerned: readonly Concerned[],
): Letter[] {
  const letters = new Map<string, Letter>();
  for (const { contacts, ...offer } of concerned) {
    for (const contact of contacts) {
      const address = contact.toLowerCase();
      const aboutId = letterId(incidentId, told, told === 'reminded' ? version : 0, address);
      const letter = letters.get(address) ?? { aboutId, contact, offers: [] };
      if (!letter.offers.some(({ connectionId }) => connectionId === offer.connectionId))
        letters.set(address, { ...letter, offers: [...letter.offers, offer] });
    }
  }
  return [...letters.values()];
}

/** The letter of the opening that one of the end follows. */
export function openingOf(incidentId: string, contact: string): string {
  return letterId(incidentId, 'opened', 0, contact.toLowerCase());
}

function letterId(incidentId: string, told: ToldTransition, version: number, address: string): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([incidentId, told, version, address]))
    .digest('hex');
  // As a UUID of version 8: one of our own making.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
