/** What an entry of the audit says beyond who did what: how many, for which filter, how often, why. */
import { own } from '@leads/contracts';
import type { AuditPage } from '@leads/contracts/portal-api';
import { countWords } from '../pieces/time-words.ts';

type Entry = Pick<
  AuditPage['entries'][number],
  'times' | 'leads' | 'filter' | 'reason' | 'domains' | 'directoryId' | 'userId'
>;

/** What parts of a filter are called where people choose them; others by their own names. */
const FILTERS: Record<string, string> = {
  connectionId: 'offer',
  incidentId: 'incident',
  tests: 'test leads',
};

/** In the order in which they are read, as parts of one line. */
export function entryWords({ times, leads, filter, reason, domains }: Entry): string[] {
  const asked = Object.entries(filter ?? {}).map(
    ([name, value]) => `${own(FILTERS, name) ?? name}: ${value}`,
  );
  return [
    ...(leads === undefined ? [] : [countWords(leads, 'lead', 'leads')]),
    ...asked,
    ...(reason === undefined ? [] : [reason]),
    ...(domains === undefined ? [] : [`mail domains: ${domains.join(', ') || 'none'}`]),
    ...(times === undefined ? [] : [`${countWords(times, 'more time', 'more times')} within some minutes`]),
  ];
}

/** Who it was for good, whatever they are called by now. */
export function personWords({ directoryId, userId }: Entry): string | undefined {
  if (directoryId === undefined || userId === undefined) return undefined;
  return `Directory ${directoryId}, object ${userId}`;
}
