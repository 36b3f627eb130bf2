/** Asks before dead leads are delivered again. */
import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { ReplayOrder } from '@leads/contracts/portal-api';
import { ConfirmDialog } from '../pieces/confirm-dialog.tsx';
import { orderReplay } from './lead-queries.ts';
import { showReplay } from './replay-store.ts';

export interface ReplayDialogProps {
  order: ReplayOrder;
  /** Which leads, as the end of a question: `3 dead leads`. */
  what: string;
  onClose: (isOrdered: boolean) => void;
}

export function ReplayDialog({ order, what, onClose }: ReplayDialogProps): ReactElement {
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => orderReplay(order),
    onSuccess: ({ replayId }) => {
      showReplay(replayId);
      onClose(true);
    },
  });
  return (
    <ConfirmDialog
      isOpen
      title={`Replay ${what}?`}
      action="Replay"
      isPending={isPending}
      problem={error}
      onConfirm={() => mutate()}
      onCancel={() => onClose(false)}
    >
      <div>
        They go to Dynamics 365 again, at the pace that it permits. Mend what they were refused for first:
        what has not changed is refused again.
      </div>
      <div>None is doubled: each keeps its own id, and Dynamics knows it by that.</div>
    </ConfirmDialog>
  );
}
