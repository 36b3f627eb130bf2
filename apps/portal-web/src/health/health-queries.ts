/** What the page of health reads. */
import type { UseQueryOptions } from '@tanstack/react-query';
import type { Lanes, Statistics } from '@leads/contracts/portal-api';
import { read } from '../api/api.ts';
import { keys } from '../api/keys.ts';

/** Live events say when a lane is found broken, or works again; numbers that only grow are looked at now and then. */
const LOOK_MS = 5_000;
const STATISTICS_MS = 30_000;

export const lanesQuery: UseQueryOptions<Lanes> = {
  queryKey: keys.lanes,
  queryFn: ({ signal }) => read<Lanes>('/api/lanes', signal),
  refetchInterval: LOOK_MS,
};

export function statisticsQuery(span: Statistics['span']): UseQueryOptions<Statistics> {
  return {
    queryKey: keys.statisticsOf(span),
    queryFn: ({ signal }) => read<Statistics>(`/api/statistics?span=${span}`, signal),
    refetchInterval: STATISTICS_MS,
  };
}
