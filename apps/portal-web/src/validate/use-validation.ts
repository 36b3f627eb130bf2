/** The newest Validate of a connection, live, and how to begin another. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Validation } from '@leads/contracts/portal-api';
import { read, send } from '../api/api.ts';
import { ApiProblem } from '../api/api-problem.ts';
import { keys } from '../api/keys.ts';
import { newerOf } from '../api/newer-validation.ts';

/** Events bring every step; this is for when one of them was lost. */
const LOOK_AGAIN_MS = 3_000;

export interface NewestValidation {
  /** `undefined` while it is being read, `null` where there has been none. */
  validation: Validation | null | undefined;
  isRunning: boolean;
  /** Begins a Validate. */
  start: () => void;
  /** What kept one from being begun, or the newest from being read. */
  problem: ApiProblem | null;
}

export function useValidation(connectionId: string): NewestValidation {
  const queryClient = useQueryClient();
  const key = keys.validation(connectionId);
  const { data, error } = useQuery<Validation | null>({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const told = await readNewest(connectionId, signal);
      return newerOf(queryClient.getQueryData<Validation | null>(key), told);
    },
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? LOOK_AGAIN_MS : false),
  });
  const starting = useMutation({
    mutationFn: () => send<{ validationId: string }>('POST', `/api/connections/${connectionId}/validate`),
    onSuccess: ({ value: { validationId } }) => {
      // Shown at once; its first steps may have been quicker than this answer.
      queryClient.setQueryData<Validation | null>(key, (known) =>
        known?.validationId === validationId ? known : begun(validationId, connectionId, known),
      );
    },
  });
  return {
    validation: data,
    isRunning: starting.isPending || isUnderWay(data),
    start: () => starting.mutate(),
    problem: starting.error ?? (data === undefined ? error : null),
  };
}

/** A Validate of which nothing is known yet but that it has begun: after `before`, whatever this machine's clock says. */
function begun(validationId: string, connectionId: string, before?: Validation | null): Validation {
  const earliest = before ? Date.parse(before.startedAt) + 1 : 0;
  const startedAt = new Date(Math.max(Date.now(), earliest)).toISOString();
  return { validationId, connectionId, startedAt, checks: [] };
}

function isUnderWay(validation: Validation | null | undefined): boolean {
  return !!validation && validation.finishedAt === undefined;
}

/** `null` where there has been none. */
async function readNewest(connectionId: string, signal: AbortSignal): Promise<Validation | null> {
  try {
    return await read<Validation>(`/api/offers/${connectionId}/validation`, signal);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}
