/** What the pages of offers read. */
import type { QueryClient, UseQueryOptions } from '@tanstack/react-query';
import type { LeadAddress, Offer } from '@leads/contracts/portal-api';
import { read, readVersioned, type Versioned } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import type { Connection, ConnectionVersion } from './connection.ts';
import { newerOffer } from './offer-facts.ts';

const AGAIN_MS = 1_000;

/** @param queryClient where what is known already is: what a person has just saved may be newer than the ledger */
export function offerQuery(connectionId: string, queryClient: QueryClient): UseQueryOptions<Offer> {
  return {
    queryKey: keys.offer(connectionId),
    queryFn: async ({ signal }) => {
      const told = await read<Offer>(`/api/offers/${connectionId}`, signal);
      return newerOffer(queryClient.getQueryData<Offer>(keys.offer(connectionId)), told);
    },
    // The ledger has not heard of it yet, but will in a moment.
    refetchInterval: ({ state }) => (state.data && state.error?.status === 404 ? AGAIN_MS : false),
  };
}

/** With the ETag that a change of it needs. */
export function connectionQuery(connectionId: string): UseQueryOptions<Versioned<Connection>> {
  return {
    queryKey: keys.connection(connectionId),
    queryFn: ({ signal }) => readVersioned<Connection>(`/api/connections/${connectionId}`, signal),
  };
}

export function versionsQuery(connectionId: string): UseQueryOptions<ConnectionVersion[]> {
  return {
    queryKey: keys.versions(connectionId),
    queryFn: async ({ signal }) => {
      const path = `/api/connections/${connectionId}/versions`;
      return (await read<{ versions: ConnectionVersion[] }>(path, signal)).versions;
    },
  };
}

/** Not a query: every look at the address is asked for by a person, and audited. */
export async function readLeadAddress(connectionId: string): Promise<string> {
  return (await read<LeadAddress>(`/api/connections/${connectionId}/lead-address`)).leadAddress;
}
