/** What is the matter, in words: which kind of trouble, and how many leads it hits; pure. */
import { own, type Trouble } from '@leads/contracts';
import { countWords } from './time-words.ts';

const kinds: Record<Trouble, string> = {
  'connection-broken': 'Connection broken',
  'destination-away': 'Dynamics 365 away',
  'leads-refused': 'Leads refused',
  'connection-warning': 'Connection needs a look',
  'secret-expiring': 'Sign-in about to expire',
  'secret-expired': 'Sign-in expired',
  'mail-trouble': 'Mail server trouble',
  'records-undecodable': 'Unreadable records',
  'events-refused': 'Events put aside',
  'posts-quarantined': 'Posts put aside',
  'fields-unknown': 'Unknown fields',
};

/** A kind that this console does not know yet is an incident all the same. */
export function kindWords(kind: string): string {
  return own<string>(kinds, kind) ?? 'Incident';
}

/** What became of leads because of it: `12 leads wait, 3 are dead`. */
export function leadsWords({ waiting, dead }: { waiting: number; dead: number }): string {
  const parts = [
    ...(waiting > 0 ? [`${countWords(waiting, 'lead')} ${waiting === 1 ? 'waits' : 'wait'}`] : []),
    ...(dead > 0 ? [`${countWords(dead, 'lead')} ${dead === 1 ? 'is' : 'are'} dead`] : []),
  ];
  return parts.length === 0 ? 'No lead waits or is dead because of it' : parts.join(', ');
}
