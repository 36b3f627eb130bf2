/** The cache of what was read: what is retried, and what a component gets as an error. */
import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './api-problem.ts';

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: ApiProblem;
  }
}

const MOST_RETRIES = 3;

/** Whether a read is repeated: only where that may help. Changes never are, a person decides. */
function shouldRetry(failures: number, problem: unknown): boolean {
  return failures < MOST_RETRIES && problem instanceof ApiProblem && problem.isTransient;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: shouldRetry,
        // Half a second, one, two: after that it is said what is the matter.
        retryDelay: (failures) => 500 * 2 ** failures,
        // What is stale is told by the live events; this is for when they were away.
        staleTime: 30_000,
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
