/** What the pages of leads read and ask for. */
import type { InfiniteData, QueryKey, UseInfiniteQueryOptions, UseQueryOptions } from '@tanstack/react-query';
import type { MadeLead } from '@leads/contracts';
import type {
  LeadDetail,
  LeadPage,
  LeadRescue,
  Replay,
  ReplayOrder,
  SecondRequest,
  TimelinePage,
} from '@leads/contracts/portal-api';
import { read, send } from '../api/api.ts';
import type { ApiProblem } from '../api/api-problem.ts';
import { keys } from '../api/keys.ts';
import { type LeadFilter, writeFilter } from './lead-filter.ts';

const PAGE_SIZE = 50;
const REPLAY_POLL_MS = 1_500;

/** The list that a filter shows, page by page. */
export function leadsQuery(
  filter: LeadFilter,
): UseInfiniteQueryOptions<
  LeadPage,
  ApiProblem,
  InfiniteData<LeadPage, string | undefined>,
  QueryKey,
  string | undefined
> {
  return {
    queryKey: keys.leadList(filter),
    queryFn: ({ pageParam, signal }) => {
      const query = writeFilter(filter);
      query.set('limit', String(PAGE_SIZE));
      if (pageParam !== undefined) query.set('cursor', pageParam);
      return read<LeadPage>(`/api/leads?${query}`, signal);
    },
    initialPageParam: undefined,
    getNextPageParam: (page) => page.nextCursor,
  };
}

export function leadQuery(leadId: string): UseQueryOptions<LeadDetail> {
  return {
    queryKey: keys.lead(leadId),
    queryFn: ({ signal }) => read<LeadDetail>(`/api/leads/${leadId}`, signal),
  };
}

/** A lead's timeline: the newest page is the lead's own, those before are read when they are asked for. */
export function timelineQuery({
  leadId,
  timeline,
  earlier,
}: LeadDetail): UseInfiniteQueryOptions<
  TimelinePage,
  ApiProblem,
  InfiniteData<TimelinePage, string | undefined>,
  QueryKey,
  string | undefined
> {
  const newest: TimelinePage = { timeline, ...(earlier !== undefined && { earlier }) };
  return {
    queryKey: [...keys.lead(leadId), 'timeline', earlier],
    queryFn: ({ pageParam, signal }) =>
      pageParam === undefined
        ? newest
        : read<TimelinePage>(`/api/leads/${leadId}/timeline?before=${encodeURIComponent(pageParam)}`, signal),
    initialData: { pages: [newest], pageParams: [undefined] },
    initialPageParam: undefined,
    getNextPageParam: (page) => page.earlier,
    staleTime: Infinity,
  };
}

/** A replay as far as it has come; asked for again until it has ended. */
export function replayQuery(replayId: string): UseQueryOptions<Replay> {
  return {
    queryKey: keys.replay(replayId),
    queryFn: ({ signal }) => read<Replay>(`/api/replays/${replayId}`, signal),
    refetchInterval: ({ state }) => (state.data?.waiting === 0 ? false : REPLAY_POLL_MS),
  };
}

export async function orderReplay(order: ReplayOrder): Promise<Replay> {
  return (await send<Replay>('POST', '/api/replays', order)).value;
}

/** Has a lead made of a repeat that was folded into this one. */
export async function makeOfRepeat(leadId: string, order: SecondRequest): Promise<MadeLead> {
  return (await send<MadeLead>('POST', `/api/leads/${leadId}/second-wish`, order)).value;
}

/** Has a lead made of one that ended with its connection, for another. */
export async function rescueLead(leadId: string, order: LeadRescue): Promise<MadeLead> {
  return (await send<MadeLead>('POST', `/api/leads/${leadId}/rescue`, order)).value;
}

/** Where the file with what a filter shows is made. */
export function csvAddress(filter: LeadFilter): string {
  const query = writeFilter(filter);
  return query.size === 0 ? '/api/leads.csv' : `/api/leads.csv?${query}`;
}
