/** Another secret for the same application or user: goes in, and never comes out. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent, ReactElement, RefObject } from 'react';
import { send } from '../../api/api.ts';
import { ProblemBar } from '../../pieces/problem-bar.tsx';
import { useReturnFocus } from '../../pieces/use-return-focus.ts';
import { useSuccessToast } from '../../pieces/success-toast.tsx';
import { useUnsavedWork } from '../../session/unsaved-work.ts';
import type { Connection } from '../connection.ts';
import { keepConnection } from '../keep-connection.ts';
import { byField, expiryHint, formOf, secretBodyOf } from './details-form.ts';
import { TextField } from './text-field.tsx';
import { useDetailsForm } from './use-details-form.ts';

const useStyles = makeStyles({
  form: { display: 'contents' },
  content: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    padding: `${tokens.spacingHorizontalXXS} ${tokens.spacingHorizontalXXS} ${tokens.spacingVerticalM}`,
  },
});

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
  useReturnFocus(returnTo);
  const styles = useStyles();
  const queryClient = useQueryClient();
  const toast = useSuccessToast();
  const isPassword = connection.authentication === 'office-365';
  const field = isPassword ? 'password' : 'clientSecret';
  const fields = useDetailsForm({ ...formOf(connection), clientSecretExpiresOn: '' }, connection);
  const saving = useMutation({
    mutationFn: () =>
      send<Connection>(
        'PUT',
        `/api/connections/${connection.connectionId}/secret`,
        secretBodyOf(fields.form),
      ),
    onSuccess: (answer) => {
      keepConnection(queryClient, answer);
      toast('The new secret is in use', 'Validate, to see that it works.');
      onClose();
    },
    onError: ({ errors }) => fields.tell(byField(errors).faults),
  });
  const isEntered = fields.form[field] !== '';
  useUnsavedWork(isEntered && !saving.isSuccess);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isEntered) fields.tell({ [field]: isPassword ? 'Enter the password.' : 'Enter the client secret.' });
    else if (fields.showAll() && !saving.isPending) saving.mutate();
  };
  return (
    <Dialog
      open
      modalType={isEntered ? 'alert' : 'modal'}
      onOpenChange={(_, { open }) => {
        if (!open && !saving.isPending) onClose();
      }}
    >
      <DialogSurface>
        <form className={styles.form} onSubmit={submit} noValidate autoComplete="off">
          <DialogBody>
            <DialogTitle>{isPassword ? 'Replace the password' : 'Replace the client secret'}</DialogTitle>
            <DialogContent>
              <div className={styles.content}>
                {saving.error && <ProblemBar problem={saving.error} />}
                <div>
                  The new one is used from the next lead on, and the one so far is erased here. It is kept
                  encrypted, and shown to nobody again.
                </div>
                <TextField
                  fields={fields}
                  field={field}
                  kind="secret"
                  label={isPassword ? 'Password' : 'Client secret'}
                  hint={
                    isPassword
                      ? `Of ${connection.userName ?? 'the user'}.`
                      : 'Certificates & secrets: the Value, not the Secret ID.'
                  }
                />
                {!isPassword && (
                  <TextField
                    fields={fields}
                    field="clientSecretExpiresOn"
                    kind="date"
                    label="Client secret expires on"
                    required={false}
                    hint={
                      expiryHint(fields.form, new Date()) ??
                      'Stands beside the secret. You are warned 30 days before.'
                    }
                  />
                )}
              </div>
            </DialogContent>
            <DialogActions>
              <Button
                type="submit"
                appearance="primary"
                disabledFocusable={saving.isPending}
                {...(saving.isPending ? { icon: <Spinner size="tiny" /> } : {})}
              >
                Replace
              </Button>
              <Button onClick={onClose} disabled={saving.isPending}>
                Cancel
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
