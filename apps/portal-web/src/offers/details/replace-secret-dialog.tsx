/** Another secret for the same application or user: goes in, and never comes out. */
import { Button, MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, type RefObject, useState } from 'react';
import { send } from '../../api/api.ts';
import { BusyButton } from '../../pieces/busy-button.tsx';
import { DialogFrame } from '../../pieces/dialog-frame.tsx';
import { ProblemBar } from '../../pieces/problem-bar.tsx';
import { useSuccessToast } from '../../pieces/success-toast.tsx';
import { useUnsavedWork } from '../../session/unsaved-work.ts';
import type { Connection } from '../connection.ts';
import { keepConnection } from '../keep-connection.ts';
import { byField, ENTER_SECRET, formOf, secretBodyOf, secretFieldOf } from './details-form.ts';
import { replaceForSiblings, SameApplication, type Sibling, titlesOf } from './same-application.tsx';
import { ProofFields } from './secret-fields.tsx';
import { TextField } from './text-field.tsx';
import { useDetailsForm } from './use-details-form.ts';

export interface ReplaceSecretDialogProps {
  connection: Connection;
  /** Around the button that the focus returns to where what had it is gone, as an entry of a menu. */
  returnTo?: RefObject<HTMLElement | null>;
  onClose: () => void;
}

export function ReplaceSecretDialog({
  connection,
  returnTo,
  onClose,
}: ReplaceSecretDialogProps): ReactElement {
  const queryClient = useQueryClient();
  const toast = useSuccessToast();
  const isPassword = connection.authentication === 'office-365';
  const siblings = connection.sameApplication ?? [];
  const [isForAll, setForAll] = useState(true);
  const [left, setLeft] = useState<Sibling[]>([]);
  const fields = useDetailsForm({ ...formOf(connection), clientSecretExpiresOn: '' }, connection);
  const field = secretFieldOf(fields.form);
  const saving = useMutation({
    mutationFn: async () => {
      const body = secretBodyOf(fields.form);
      const path = `/api/connections/${connection.connectionId}/secret`;
      const answer = await send<Connection>('PUT', path, body);
      keepConnection(queryClient, answer);
      return isForAll ? replaceForSiblings(queryClient, siblings, body) : [];
    },
    onSuccess: (notReplaced) => {
      setLeft(notReplaced);
      if (notReplaced.length > 0) return;
      toast('The new secret is in use', 'Validate, to see that it works.');
      onClose();
    },
    onError: ({ errors }) => fields.tell(byField(errors).faults),
  });
  const isEntered = fields.form[field] !== '';
  useUnsavedWork(isEntered && !saving.isSuccess);
  const title = { password: 'password', certificate: 'certificate', clientSecret: 'client secret' }[field];
  const submit = (): void => {
    if (!isEntered) fields.tell({ [field]: ENTER_SECRET[field] });
    else if (fields.showAll()) saving.mutate();
  };
  return (
    <DialogFrame
      title={`Replace the ${title}`}
      kind={isEntered ? 'alert' : 'modal'}
      isBusy={saving.isPending}
      returnTo={returnTo}
      onSubmit={submit}
      onClose={onClose}
      actions={
        <>
          <BusyButton type="submit" appearance="primary" isBusy={saving.isPending}>
            Replace
          </BusyButton>
          <Button onClick={onClose} disabled={saving.isPending}>
            Cancel
          </Button>
        </>
      }
    >
      {saving.error && <ProblemBar problem={saving.error} />}
      {left.length > 0 && (
        <MessageBar intent="error" layout="multiline" politeness="assertive">
          <MessageBarBody>
            <MessageBarTitle>Not replaced for {titlesOf(left)}.</MessageBarTitle>
            The other offers use the new one. Replace once more, or replace it there.
          </MessageBarBody>
        </MessageBar>
      )}
      <div>
        The new one is used from the next lead on, and the one so far is erased here. It is kept encrypted,
        and shown to nobody again.
      </div>
      {isPassword ? (
        <TextField
          fields={fields}
          field="password"
          kind="secret"
          label="Password"
          hint={`Of ${connection.userName ?? 'the user'}.`}
        />
      ) : (
        <>
          <ProofFields fields={fields} />
          <SameApplication siblings={siblings} isForAll={isForAll} onChoose={setForAll} />
        </>
      )}
    </DialogFrame>
  );
}
