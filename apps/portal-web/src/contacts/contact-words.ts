/** How a contact stands, in words. */
import type { Contact } from '@leads/contracts/portal-api';
import type { StateWords } from '../pieces/state-words.ts';

const words: Record<Contact['state'], StateWords> = {
  'own-domain': {
    tone: 'good',
    word: 'Own domain',
    meaning: 'Gets mails at once: its domain is the publisher’s own.',
  },
  confirmed: {
    tone: 'good',
    word: 'Confirmed',
    meaning: 'Gets mails: whoever reads them has said that they want them.',
  },
  waiting: {
    tone: 'waiting',
    word: 'Waiting for confirmation',
    meaning:
      'Gets no mails about leads until they confirm by the link in our mail. What would go to them is kept for a while. Saving the connection details has them asked again, once a day.',
  },
  declined: {
    tone: 'bad',
    word: 'Declined',
    meaning:
      'Gets no mails: they have said that they want none. Only they can change that, by the link in our mail. Take the address off the list.',
  },
};

const NEW: StateWords = {
  tone: 'quiet',
  word: 'New',
  meaning: 'Once this is saved, it is asked by mail to confirm, unless its domain is the publisher’s own.',
};

/** An address of a list, and how it stands. */
export interface ListedContact {
  address: string;
  words: StateWords;
  /** Of one who has not confirmed: since when, and when they were asked last. */
  waits?: { since: string; askedAt?: string };
}

/**
 * Each address of a contact list with how it stands, whatever its case.
 * @param known what is known of the saved list
 */
export function listedContacts(addresses: readonly string[], known: readonly Contact[]): ListedContact[] {
  const byAddress = new Map(known.map((contact) => [contact.address.toLowerCase(), contact]));
  return addresses.map((address) => {
    const contact = byAddress.get(address.toLowerCase());
    if (!contact) return { address, words: NEW };
    const { state, since, askedAt } = contact;
    const waits = { since, ...(askedAt === undefined ? {} : { askedAt }) };
    return { address, words: words[state], ...(state === 'waiting' ? { waits } : {}) };
  });
}
