/** Says that what is in the cache under keys is no longer true; what is shown of it is read anew. */
import type { QueryClient, QueryKey } from '@tanstack/react-query';

/** Does not wait for it, and a failure is in the cache and shown from there. */
export function invalidate(queryClient: QueryClient, ...stale: readonly QueryKey[]): void {
  for (const queryKey of stale) queryClient.invalidateQueries({ queryKey }).catch(() => undefined);
}
