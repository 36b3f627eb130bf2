/** The list of incidents: what its page shows, and the navigation counts. */
import { queryOptions } from '@tanstack/react-query';
import type { Incidents } from '@leads/contracts/portal-api';
import { read } from './api.ts';
import { keys } from './keys.ts';

export const incidentsQuery = queryOptions<Incidents>({
  queryKey: keys.incidentList,
  queryFn: ({ signal }) => read<Incidents>('/api/incidents', signal),
});
