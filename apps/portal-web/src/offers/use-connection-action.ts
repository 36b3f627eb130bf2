/** What is done to a connection with one button: publish, pause, rotate the lead address, delete. */
import { useMutation, type UseMutationResult, useQueryClient } from '@tanstack/react-query';
import { send, type Versioned } from '../api/api.ts';
import type { ApiProblem } from '../api/api-problem.ts';
import { keys } from '../api/keys.ts';
import { invalidate } from '../api/invalidate.ts';
import type { Connection } from './connection.ts';
import { keepConnection } from './keep-connection.ts';

export type ConnectionAct =
  'publish' | 'unpublish' | 'pause' | 'resume' | 'end-earlier-addresses' | 'delete' | AddressChange;

/** A new lead address, beside which the old one works for so many days; 0: it stops at once. */
interface AddressChange {
  overlapDays: number;
}

/** Afterwards everything that shows the connection shows it as it is then. */
export function useConnectionAction(
  connectionId: string,
): UseMutationResult<void, ApiProblem, ConnectionAct> {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (act: ConnectionAct) => {
      const path = `/api/connections/${connectionId}`;
      if (act === 'delete') {
        const known = queryClient.getQueryData<Versioned<Connection>>(keys.connection(connectionId));
        await send('DELETE', path, undefined, { etag: known?.etag });
        queryClient.removeQueries({ queryKey: keys.connection(connectionId) });
        queryClient.removeQueries({ queryKey: keys.offer(connectionId) });
        invalidate(queryClient, keys.offers);
      } else if (typeof act === 'object') {
        keepConnection(queryClient, await send<Connection>('POST', `${path}/rotate-address-key`, act));
      } else {
        keepConnection(queryClient, await send<Connection>('POST', `${path}/${act}`));
      }
    },
    // It may have been done or changed by somebody else.
    onError: () => invalidate(queryClient, keys.offers, keys.connection(connectionId)),
  });
}
