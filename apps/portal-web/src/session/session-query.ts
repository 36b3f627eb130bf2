/** The query for who is signed in. */
import { queryOptions } from '@tanstack/react-query';
import type { Session } from '@leads/contracts/portal-api';
import { readSession } from '../api/api.ts';
import { keys } from '../api/keys.ts';

export const sessionQuery = queryOptions<Session>({
  queryKey: keys.session,
  queryFn: ({ signal }) => readSession(signal),
  staleTime: 60_000,
});
