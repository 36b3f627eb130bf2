/**
 * What a saved connection says of its offer, pure. The ledger that offers are read from hears of a change a moment
 * later: until then, the answer to the change itself knows better.
 */
import type { Offer } from '@leads/contracts/portal-api';
import { type Connection, emailsOf } from './connection.ts';

/** The offer with the details of its connection; one that the ledger has not heard of has no leads yet. */
export function offerWith(offer: Offer | undefined, connection: Connection): Offer {
  const { connectionId, version, publisher, leadDestination, url, authentication, changedAt } = connection;
  if (offer && offer.version >= version) return offer;
  const state = connection.state === 'deleted' ? 'draft' : connection.state;
  const nothing = { accepted: 0, written: 0, pending: 0, dead: 0 };
  return {
    ...(offer ?? { counts: nothing }),
    ...{ connectionId, version, publisher, leadDestination, url, authentication, changedAt, state },
    offer: connection.offer,
    contactEmails: emailsOf(connection),
    health: healthOf(state, offer?.health),
  };
}

/** What was read, unless it is older than what is known: then only its figures and how contacts stand count. */
export function newerOffer(known: Offer | undefined, read: Offer): Offer {
  if (!known || read.version >= known.version) return read;
  const { counts, contacts, lastLeadAt, lastValidation } = read;
  return {
    ...known,
    counts,
    ...(contacts === undefined ? {} : { contacts }),
    ...(lastLeadAt === undefined ? {} : { lastLeadAt }),
    ...(lastValidation === undefined ? {} : { lastValidation }),
  };
}

function healthOf(state: Offer['state'], before: Offer['health'] | undefined): Offer['health'] {
  if (state !== 'published') return state;
  return before === undefined || before === 'draft' || before === 'paused' ? 'healthy' : before;
}
