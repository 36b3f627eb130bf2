/** The list of offers: what the offers' page shows, and what leads are filtered by. */
import { queryOptions } from '@tanstack/react-query';
import type { Offer, Offers } from '@leads/contracts/portal-api';
import { read } from './api.ts';
import { keys } from './keys.ts';

export const offersQuery = queryOptions<Offer[]>({
  queryKey: keys.offers,
  queryFn: async ({ signal }) => (await read<Offers>('/api/offers', signal)).offers,
});
