/** Puts a connection that was just saved into the cache, and has everything that hangs on it read anew. */
import type { QueryClient } from '@tanstack/react-query';
import type { Offer } from '@leads/contracts/portal-api';
import type { Versioned } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import { invalidate } from '../api/invalidate.ts';
import type { Connection } from './connection.ts';
import { offerWith } from './offer-facts.ts';

export function keepConnection(queryClient: QueryClient, saved: Versioned<Connection>): void {
  const { connectionId } = saved.value;
  queryClient.setQueryData<Versioned<Connection>>(keys.connection(connectionId), saved);
  queryClient.setQueryData<Offer>(keys.offer(connectionId), (known) => offerWith(known, saved.value));
  invalidate(queryClient, keys.offers, keys.versions(connectionId));
}
