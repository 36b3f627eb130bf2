/** What the pages of offers read. */
import { queryOptions, type UseQueryOptions } from '@tanstack/react-query';
import type { LeadAddress, Offer, Offers } from '@leads/contracts/portal-api';
import { read, readVersioned, type Versioned } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import type { Connection, ConnectionVersion } from './connection.ts';

export const offersQuery = queryOptions<Offer[]>({
  queryKey: keys.offers,
  queryFn: async ({ signal }) => (await read<Offers>('/api/offers', signal)).offers,
});

export function offerQuery(connectionId: string): UseQueryOptions<Offer> {
  return {
    queryKey: keys.offer(connectionId),
    queryFn: ({ signal }) => read<Offer>(`/api/offers/${connectionId}`, signal),
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
