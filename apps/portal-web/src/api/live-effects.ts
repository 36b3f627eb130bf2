/** What a live event means for the cache, pure. */
import type { QueryKey } from '@tanstack/react-query';
import type { LiveEvent, Validation } from '@leads/contracts/portal-api';
import { keys } from './keys.ts';
import { newerOf } from './newer-validation.ts';

/** Replace a value that is known, say that values are no longer true, or that none is. */
export type LiveEffect =
  | { kind: 'replace'; key: QueryKey; replace: (known: unknown) => unknown }
  | { kind: 'invalidate'; key: QueryKey }
  | { kind: 'invalidate-all' };

export function effectsOf(event: LiveEvent): LiveEffect[] {
  switch (event.event) {
    case 'lead':
      // Lists of incidents and offers count the leads that wait.
      return [keys.leadLists, keys.lead(event.data.leadId), keys.offers, keys.replays, keys.incidents].map(
        stale,
      );
    case 'offer':
      return [keys.offers, keys.connection(event.data.connectionId)].map(stale);
    case 'validation':
      return [
        {
          kind: 'replace',
          key: keys.validation(event.data.connectionId),
          replace: (known) => newerOf(known as Validation | null | undefined, event.data),
        },
      ];
    case 'lane':
      return [keys.lanes, keys.offers].map(stale);
    case 'incident':
      // What it holds up says so in lists and on pages.
      return [keys.incidents, keys.leads, keys.offers, keys.lanes].map(stale);
    case 'reload':
      return [{ kind: 'invalidate-all' }];
  }
}

/** Reads one message of `GET /api/events`; `undefined` where it is none that this console knows. */
export function readLiveEvent(name: string, text: string): LiveEvent | undefined {
  if (name === 'reload') return { event: 'reload', data: {} };
  if (!LIVE_EVENT_NAMES.some((known) => known === name)) return undefined;
  try {
    // The portal sends what the contract says; what is no JSON is a line cut off.
    return { event: name, data: JSON.parse(text) as unknown } as LiveEvent;
  } catch {
    return undefined;
  }
}

export const LIVE_EVENT_NAMES: readonly LiveEvent['event'][] = [
  'lead',
  'offer',
  'validation',
  'lane',
  'incident',
  'reload',
];

function stale(key: QueryKey): LiveEffect {
  return { kind: 'invalidate', key };
}
