/** What differs between two versions of a connection, in the words of the dialog; pure. */
import { dayWords } from '../pieces/time-words.ts';
import {
  authenticationWords,
  customerShownWords,
  type Connection,
  emailsOf,
  languageWords,
  otherPartnerWords,
  secretWords,
} from './connection.ts';

export interface Difference {
  name: string;
  before: string;
  after: string;
}

const NOTHING = '–';

const facts: readonly { name: string; of: (connection: Connection) => string | undefined }[] = [
  { name: 'Offer ID', of: ({ offer }) => offer.id },
  { name: 'Offer', of: ({ offer }) => offer.title },
  { name: 'URL', of: ({ url }) => url },
  { name: 'Authentication', of: ({ authentication }) => authenticationWords[authentication] },
  { name: 'Application (client) ID', of: ({ applicationId }) => applicationId },
  { name: 'Directory ID', of: ({ directoryId }) => directoryId },
  { name: 'User name', of: ({ userName }) => userName },
  { name: 'Contact email', of: (connection) => emailsOf(connection).join('; ') },
  {
    name: 'Same lead again within',
    of: ({ repeatHours }) => (repeatHours === undefined ? 'As usual' : `${repeatHours} hours`),
  },
  {
    name: 'Leads for another partner',
    of: ({ otherPartnerLeads = 'written' }) => otherPartnerWords[otherPartnerLeads],
  },
  {
    name: 'Messages to contacts',
    of: ({ notifications }) =>
      notifications &&
      [
        customerShownWords[notifications.customer],
        languageWords[notifications.language],
        notifications.timeZone,
      ].join(', '),
  },
  { name: 'Mapping', of: ({ mapping }) => (mapping ? JSON.stringify(mapping) : 'Standard') },
  { name: 'Secret', of: ({ secret }) => `${secretWords[secret.kind]} set at ${secret.setAt}` },
  {
    name: 'Secret expires on',
    of: ({ secret }) => (secret.expiresOn === undefined ? undefined : dayWords(secret.expiresOn)),
  },
  { name: 'Lead address', of: ({ leadAddressSetAt }) => `Made at ${leadAddressSetAt}` },
  { name: 'State', of: ({ state }) => state },
];

/** In the order of the dialog; empty where both say the same. */
export function differencesBetween(before: Connection, after: Connection): Difference[] {
  return facts
    .map(({ name, of }) => ({ name, before: of(before) ?? NOTHING, after: of(after) ?? NOTHING }))
    .filter((difference) => difference.before !== difference.after);
}
