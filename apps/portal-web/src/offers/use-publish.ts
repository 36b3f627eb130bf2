/** Publishes a connection, and says what comes next. */
import type { ApiProblem } from '../api/api-problem.ts';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { useConnectionAction } from './use-connection-action.ts';

export interface Publish {
  publish: () => void;
  isPending: boolean;
  error: ApiProblem | null;
}

export function usePublish(connectionId: string): Publish {
  const toast = useSuccessToast();
  const { mutate, isPending, error } = useConnectionAction(connectionId);
  return {
    publish: () =>
      mutate('publish', {
        onSuccess: () => toast('Published', 'Leads are written. Paste the address into Partner Center now.'),
      }),
    isPending,
    error,
  };
}
