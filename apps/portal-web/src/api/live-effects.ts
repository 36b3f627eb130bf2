/** What a live event means for the cache, pure. */
import type { QueryKey } from '@tanstack/react-query';
import type { LiveEvent, Validation } from '@leads/contracts/portal-api';
import { keys } from './keys.ts';
import { newerOf } from './newer-validation.ts';

/** Renew a value that is known, say that values are no longer true, or that none is. */
export type LiveEffect =
  | { kind: 'renew'; key: QueryKey; renew: (known: unknown) => unknown }
  | { kind: 'invalidate'; key: QueryKey }
  | { kind: 'invalidate-all' };

export function effectsOf(event: LiveEvent): LiveEffect[] {
  switch (event.event) {
    case 'lead':
      return [keys.leadLists, keys.lead(event.data.leadId), keys.offers, keys.replays].map(stale);
    case 'offer':
      return [keys.offers, keys.connection(event.data.connectionId)].map(stale);
    case 'validation':
      return [
        {
          kind: 'renew',
          key: keys.validation(event.data.connectionId),
          renew: (known) => newerOf(known as Validation | null | undefined, event.data),
        },
      ];
    case 'lane':
      return [keys.lanes, keys.offers].map(stale);
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
  'reload',
];

function stale(key: QueryKey): LiveEffect {
  return { kind: 'invalidate', key };
}
