/** Asks before a repeat that was folded into a lead becomes one of its own. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { MadeLead } from '@leads/contracts';
import { invalidate } from '../api/invalidate.ts';
import { keys } from '../api/keys.ts';
import { ConfirmDialog } from '../pieces/confirm-dialog.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { makeOfRepeat } from './lead-queries.ts';

export interface SecondRequestDialogProps {
  leadId: string;
  repeatAt: string;
  /** @param made the lead that was made, where one was */
  onClose: (made?: MadeLead) => void;
}

export function SecondRequestDialog({ leadId, repeatAt, onClose }: SecondRequestDialogProps): ReactElement {
  const queryClient = useQueryClient();
  const toast = useSuccessToast();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => makeOfRepeat(leadId, { repeatAt }),
    onSuccess: (made) => {
      toast(made.isNew ? 'A lead was made of it' : 'A lead had been made of it before');
      onClose(made);
      invalidate(queryClient, keys.leads);
    },
  });
  return (
    <ConfirmDialog
      isOpen
      title="Make a lead of this repeat?"
      action="Make a lead"
      isPending={isPending}
      problem={error}
      onConfirm={() => mutate()}
      onCancel={() => onClose()}
    >
      <div>
        The same content came once more and was taken for the same wish. A lead of its own is written into
        Dynamics 365 and mailed to the contacts, like any other.
      </div>
      <div>It is made once, whoever asks for it, and however often.</div>
    </ConfirmDialog>
  );
}
