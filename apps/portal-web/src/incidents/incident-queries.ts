/** What the page of one incident reads and asks for. */
import {
  useMutation,
  type UseMutationResult,
  useQueryClient,
  type UseQueryOptions,
} from '@tanstack/react-query';
import type { IncidentDetail } from '@leads/contracts/portal-api';
import { read, send } from '../api/api.ts';
import type { ApiProblem } from '../api/api-problem.ts';
import { invalidate } from '../api/invalidate.ts';
import { keys } from '../api/keys.ts';

export function incidentQuery(incidentId: string): UseQueryOptions<IncidentDetail> {
  return {
    queryKey: keys.incident(incidentId),
    queryFn: ({ signal }) => read<IncidentDetail>(`/api/incidents/${incidentId}`, signal),
  };
}

export type IncidentAct = 'acknowledge' | 'resolve';

/** Afterwards whatever shows the incident shows it as it is then, also where somebody else was faster. */
export function useIncidentAct(
  incidentId: string,
): UseMutationResult<IncidentDetail, ApiProblem, IncidentAct> {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (act: IncidentAct) =>
      (await send<IncidentDetail>('POST', `/api/incidents/${incidentId}/${act}`)).value,
    onSuccess: (incident) => queryClient.setQueryData(keys.incident(incidentId), incident),
    onSettled: () => invalidate(queryClient, keys.incidents, keys.offers, keys.lanes),
  });
}
