/** What the pages of posts that were put aside read and ask for. */
import {
  type InfiniteData,
  type QueryKey,
  useMutation,
  type UseInfiniteQueryOptions,
  type UseMutationResult,
  useQueryClient,
  type UseQueryOptions,
} from '@tanstack/react-query';
import type { AllSettled, Correction, CorrectionRead, KeptPostState, Settled } from '@leads/contracts';
import type { KeptPostPage, KeptPostView, UnknownFields } from '@leads/contracts/portal-api';
import { read, send } from '../api/api.ts';
import type { ApiProblem } from '../api/api-problem.ts';
import { invalidate } from '../api/invalidate.ts';
import { keys } from '../api/keys.ts';

/** No live event tells of a post that was put aside. */
const LOOK_AGAIN_MS = 20_000;

/** Posts of a state, page by page; without one, all. */
export function keptPostsQuery(
  state: KeptPostState | undefined,
): UseInfiniteQueryOptions<
  KeptPostPage,
  ApiProblem,
  InfiniteData<KeptPostPage, string | undefined>,
  QueryKey,
  string | undefined
> {
  return {
    queryKey: keys.keptPostList(state),
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams();
      if (state !== undefined) query.set('state', state);
      if (pageParam !== undefined) query.set('cursor', pageParam);
      return read<KeptPostPage>(`/api/kept-posts?${query}`, signal);
    },
    initialPageParam: undefined,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: LOOK_AGAIN_MS,
  };
}

export function keptPostQuery(postId: string): UseQueryOptions<KeptPostView, ApiProblem> {
  return {
    queryKey: keys.keptPost(postId),
    queryFn: ({ signal }) => read<KeptPostView>(`/api/kept-posts/${postId}`, signal),
  };
}

/** Fields that came with leads and are not known. */
export const unknownFieldsQuery: UseQueryOptions<UnknownFields, ApiProblem> = {
  queryKey: keys.unknownFields,
  queryFn: ({ signal }) => read<UnknownFields>('/api/unknown-fields', signal),
};

/** What a correction comes to. */
export function useCorrectionRead(postId: string): UseMutationResult<CorrectionRead, ApiProblem, Correction> {
  return useMutation({
    mutationFn: async (correction: Correction) =>
      (await send<CorrectionRead>('POST', `/api/kept-posts/${postId}/read`, correction)).value,
  });
}

/** What is decided of a post, or of it and those alike. */
export type PostAct =
  | { kind: 'replay'; correction: Correction }
  | { kind: 'replay-alike' }
  | { kind: 'discard'; reason: string; alike: boolean };

export type PostActed = { kind: 'one'; settled: Settled } | { kind: 'all'; settled: AllSettled };

/** Afterwards whatever shows the post shows it as it is then, also where somebody else was faster. */
export function usePostAct(postId: string): UseMutationResult<PostActed, ApiProblem, PostAct> {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ kind, ...said }: PostAct): Promise<PostActed> => {
      const path = `/api/kept-posts/${postId}/${kind}`;
      if ('correction' in said)
        return { kind: 'one', settled: (await send<Settled>('POST', path, said.correction)).value };
      return { kind: 'all', settled: (await send<AllSettled>('POST', path, said)).value };
    },
    onSettled: () => invalidate(queryClient, keys.keptPosts, keys.leads, keys.incidents, keys.offers),
  });
}
