/** An owner chooses for how many days leads are kept after they were written or died. */
import { Button, Field, Input, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { RetentionChoice, RetentionView } from '@leads/contracts/portal-api';
import { send } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import { ConfirmDialog } from '../pieces/confirm-dialog.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { countWords } from '../pieces/time-words.ts';
import { faultOfDays } from './retention-words.ts';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
});

interface ChooseDaysDialogProps {
  leads: RetentionView['leads'];
  onClose: () => void;
}

export function ChooseDaysDialog({ leads, onClose }: ChooseDaysDialogProps): ReactElement {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const toast = useSuccessToast();
  const [entered, setEntered] = useState(String(leads.days));
  const [isShown, setShown] = useState(false);
  const choose = useMutation({
    mutationFn: async (choice: RetentionChoice) =>
      (await send<RetentionView>('PUT', '/api/retention', choice)).value,
    onSuccess: (view) => {
      queryClient.setQueryData(keys.retention, view);
      toast(`Leads are kept for ${countWords(view.leads.days, 'day', 'days')}`);
      onClose();
    },
  });
  const fault = faultOfDays(entered, leads);
  const isShorter = fault === undefined && Number(entered) < leads.days;
  return (
    <ConfirmDialog
      isOpen
      title="For how long are leads kept?"
      action="Keep them so long"
      isDangerous={isShorter}
      isPending={choose.isPending}
      problem={choose.error}
      onConfirm={() => {
        setShown(true);
        if (fault === undefined) choose.mutate({ days: Number(entered) });
      }}
      onCancel={onClose}
    >
      <div className={styles.content}>
        <Text>
          Counted from when a lead was written or died. Leads that wait stay, and so does what is in Dynamics
          365.
        </Text>
        <Field
          label="Days"
          hint={`From ${leads.least} to ${leads.most}; ${leads.usual} where nothing is chosen.`}
          required
          validationMessage={(isShown ? fault : undefined) ?? null}
        >
          <Input
            value={entered}
            inputMode="numeric"
            autoComplete="off"
            onChange={(_, { value }) => setEntered(value)}
            onBlur={() => setShown(true)}
          />
        </Field>
        {isShorter && <Text>Leads that are older go within minutes, for good: export them first.</Text>}
        {leads.chosen !== undefined && (
          <div>
            <Button disabled={choose.isPending} onClick={() => choose.mutate({ days: null })}>
              Keep them {countWords(leads.usual, 'day', 'days')}, as the operators have set it
            </Button>
          </div>
        )}
      </div>
    </ConfirmDialog>
  );
}
