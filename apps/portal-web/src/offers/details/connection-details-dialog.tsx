/**
 * The Connection details dialog: the fields of the set-up guide, mistakes named at the field as one types, OK saves.
 * Loaded when it is first opened, with the rules for what may be entered.
 */
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
import { useRef, useState, type FormEvent, type ReactElement } from 'react';
import type { PublisherFacts } from '@leads/contracts/portal-api';
import { send, type Versioned } from '../../api/api.ts';
import { ApiProblem, type FieldFault } from '../../api/api-problem.ts';
import { ConfirmDialog } from '../../pieces/confirm-dialog.tsx';
import { ProblemBar } from '../../pieces/problem-bar.tsx';
import { useReturnFocus } from '../../pieces/use-return-focus.ts';
import { useSuccessToast } from '../../pieces/success-toast.tsx';
import { useUnsavedWork } from '../../session/unsaved-work.ts';
import type { Connection } from '../connection.ts';
import { keepConnection } from '../keep-connection.ts';
import { ConflictBar } from './conflict-bar.tsx';
import { bodyOf, byField, type DetailsForm, emptyForm, formOf } from './details-form.ts';
import { ContactField, DestinationFields, OfferFields } from './details-fields.tsx';
import { SignInFields } from './sign-in-fields.tsx';
import { useDetailsForm } from './use-details-form.ts';

const useStyles = makeStyles({
  surface: {
    maxWidth: '640px',
    '@media (max-width: 640px)': { maxWidth: '100vw', maxHeight: '100dvh', borderRadius: 0 },
  },
  form: { display: 'contents' },
  content: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    // Room for the rings of focus, which the scrolling content would cut off.
    padding: `${tokens.spacingHorizontalXXS} ${tokens.spacingHorizontalXXS} ${tokens.spacingVerticalL}`,
  },
});

export interface ConnectionDetailsDialogProps {
  /** What is changed, with its ETag; absent to connect another offer. */
  saved?: Versioned<Connection>;
  /** Whose offer a new one can be. */
  publishers: readonly PublisherFacts[];
  onClose: () => void;
  onSaved: (connection: Connection) => void;
}

/** Shown for as long as it is rendered. */
export function ConnectionDetailsDialog({
  saved: opened,
  publishers,
  onClose,
  onSaved,
}: ConnectionDetailsDialogProps): ReactElement {
  const styles = useStyles();
  useReturnFocus();
  const queryClient = useQueryClient();
  const toast = useSuccessToast();
  const content = useRef<HTMLDivElement>(null);
  const [saved, setSaved] = useState(opened);
  const [initial, setInitial] = useState(() => initialForm(opened?.value, publishers));
  const fields = useDetailsForm(initial, saved?.value);
  const { form } = fields;
  const [isAsking, setAsking] = useState(false);

  const saving = useMutation({
    mutationFn: (entered: DetailsForm) => {
      const body = bodyOf(entered, saved?.value);
      if (!saved) return send<Connection>('POST', '/api/connections', body);
      return send<Connection>('PUT', `/api/connections/${saved.value.connectionId}`, body, {
        etag: saved.etag,
      });
    },
    onSuccess: (answer) => {
      toast(saved ? 'Connection details saved' : 'Offer connected', saved ? undefined : 'Validate it next.');
      keepConnection(queryClient, answer);
      onSaved(answer.value);
    },
    onError: (problem) => {
      const { faults } = byField(problem.errors);
      fields.tell(faults);
      focusFault(content.current);
    },
  });
  const isUnsaved = JSON.stringify(form) !== JSON.stringify(initial) && !saving.isSuccess;
  useUnsavedWork(isUnsaved);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // The form of the question on top of this dialog is none of it, but its events come through here.
    event.stopPropagation();
    if (saving.isPending) return;
    if (fields.showAll()) saving.mutate(form);
    else focusFault(content.current);
  };
  const close = (): void => {
    if (saving.isPending) return;
    if (isUnsaved) setAsking(true);
    else onClose();
  };

  const rest: FieldFault[] = byField(saving.error?.errors ?? []).rest;
  const isConflict = saving.error?.isConflict === true && saved !== undefined;
  return (
    <Dialog
      open
      modalType="modal"
      onOpenChange={(_, { open }) => {
        if (!open) close();
      }}
    >
      <DialogSurface className={styles.surface}>
        <form className={styles.form} onSubmit={submit} noValidate autoComplete="off">
          <DialogBody>
            <DialogTitle>Connection details</DialogTitle>
            <DialogContent>
              <div ref={content} className={styles.content}>
                {saving.error && !isConflict && (
                  <ProblemBar problem={withOnly(rest, saving.error)} showFaults />
                )}
                {isConflict && (
                  <ConflictBar
                    mine={saved.value}
                    onKeepMine={(theirs) => {
                      setSaved(theirs);
                      saving.reset();
                    }}
                    onTakeTheirs={(theirs) => {
                      const taken = formOf(theirs.value);
                      setSaved(theirs);
                      setInitial(taken);
                      fields.replace(taken);
                      saving.reset();
                    }}
                  />
                )}
                <OfferFields fields={fields} publishers={publishers} isNew={!saved} />
                <DestinationFields fields={fields} />
                <SignInFields fields={fields} saved={saved?.value} />
                <ContactField fields={fields} />
              </div>
            </DialogContent>
            <DialogActions>
              <Button
                type="submit"
                appearance="primary"
                disabledFocusable={saving.isPending}
                {...(saving.isPending ? { icon: <Spinner size="tiny" /> } : {})}
              >
                {saving.isPending ? 'Saving…' : 'OK'}
              </Button>
              <Button onClick={close} disabled={saving.isPending}>
                Cancel
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
        {isAsking && (
          <ConfirmDialog
            isOpen
            title="Close without saving?"
            action="Close without saving"
            cancel="Go on editing"
            onConfirm={onClose}
            onCancel={() => setAsking(false)}
          >
            What you have entered is not saved, and would be lost. The connection itself stays as it is.
          </ConfirmDialog>
        )}
      </DialogSurface>
    </Dialog>
  );
}

function initialForm(saved: Connection | undefined, publishers: readonly PublisherFacts[]): DetailsForm {
  if (saved) return formOf(saved);
  const [only, ...others] = publishers;
  if (!only || others.length > 0) return emptyForm;
  return { ...emptyForm, publisherId: only.id, publisherName: only.name };
}

/** The problem with only the faults that no field shows. */
function withOnly(errors: FieldFault[], problem: ApiProblem): ApiProblem {
  const { kind, status, title, detail } = problem;
  return new ApiProblem({ kind, status, title, detail, errors });
}

/** Moves the focus to the first field with a fault, once it is shown. */
function focusFault(content: HTMLElement | null): void {
  requestAnimationFrame(() =>
    content?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"] button')?.focus(),
  );
}
