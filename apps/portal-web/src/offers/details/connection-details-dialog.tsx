/**
 * The Connection details dialog: the fields of the set-up guide, mistakes named at the field as one types, OK saves.
 * Loaded when it is first opened, with the rules for what may be entered.
 */
import { Button, makeStyles } from '@fluentui/react-components';
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactElement } from 'react';
import type { Contact, Offer, PublisherFacts } from '@leads/contracts/portal-api';
import { send, type Versioned } from '../../api/api.ts';
import { ApiProblem, type FieldFault } from '../../api/api-problem.ts';
import { keys } from '../../api/keys.ts';
import { BusyButton } from '../../pieces/busy-button.tsx';
import { ConfirmDialog } from '../../pieces/confirm-dialog.tsx';
import { DialogFrame } from '../../pieces/dialog-frame.tsx';
import { ProblemBar } from '../../pieces/problem-bar.tsx';
import { useSuccessToast } from '../../pieces/success-toast.tsx';
import { useUnsavedWork } from '../../session/unsaved-work.ts';
import { PHONE } from '../../theme/screen.ts';
import type { Connection } from '../connection.ts';
import { keepConnection } from '../keep-connection.ts';
import { SavedWithWarnings } from '../saved-with-warnings.tsx';
import { ConflictBar } from './conflict-bar.tsx';
import {
  bodyOf,
  byField,
  type DetailsForm,
  emptyForm,
  formOf,
  secretBodyOf,
  secretFieldOf,
} from './details-form.ts';
import { ContactField, DestinationFields, OfferFields } from './details-fields.tsx';
import { LeadRuleFields } from './lead-rule-fields.tsx';
import { MessageFields } from './message-fields.tsx';
import { replaceForSiblings, SameApplication, titlesOf } from './same-application.tsx';
import { SignInFields } from './sign-in-fields.tsx';
import { useDetailsForm } from './use-details-form.ts';

const useStyles = makeStyles({
  surface: {
    maxWidth: '640px',
    [PHONE]: { maxWidth: '100vw', maxHeight: '100dvh', borderRadius: 0 },
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
  const queryClient = useQueryClient();
  const toast = useSuccessToast();
  const content = useRef<HTMLDivElement>(null);
  const [saved, setSaved] = useState(opened);
  const [initial, setInitial] = useState(() => initialForm(opened?.value, publishers));
  const fields = useDetailsForm(initial, saved?.value);
  const { form } = fields;
  const [isAsking, setAsking] = useState(false);
  const [isForAll, setForAll] = useState(true);
  const [warned, setWarned] = useState<Connection>();
  const isSameApplication =
    form.authentication === 'azure-active-directory' &&
    form.applicationId.trim().toLowerCase() === saved?.value.applicationId?.toLowerCase();
  // A new secret of the same application is as new for its other offers.
  const siblings =
    isSameApplication && form[secretFieldOf(form)] !== '' ? (saved?.value.sameApplication ?? []) : [];

  const saving = useMutation({
    mutationFn: async (entered: DetailsForm) => {
      const body = bodyOf(entered, saved?.value);
      const answer = saved
        ? await send<Connection>('PUT', `/api/connections/${saved.value.connectionId}`, body, {
            etag: saved.etag,
          })
        : await send<Connection>('POST', '/api/connections', body);
      const left = isForAll ? await replaceForSiblings(queryClient, siblings, secretBodyOf(entered)) : [];
      return { answer, left };
    },
    onSuccess: ({ answer, left }) => {
      const next =
        left.length > 0 ? `The secret is not replaced for ${titlesOf(left)}.` : 'Validate it next.';
      toast(
        saved ? 'Connection details saved' : 'Offer connected',
        saved && left.length === 0 ? undefined : next,
      );
      keepConnection(queryClient, answer);
      if (answer.value.warnings) setWarned(answer.value);
      else onSaved(answer.value);
    },
    onError: (problem) => {
      const { faults } = byField(problem.errors);
      fields.tell(faults);
      focusFault(content.current);
    },
  });
  const isUnsaved = JSON.stringify(form) !== JSON.stringify(initial) && !saving.isSuccess;
  useUnsavedWork(isUnsaved);

  const submit = (): void => {
    if (fields.showAll()) saving.mutate(form);
    else focusFault(content.current);
  };
  const close = (): void => {
    if (isUnsaved) setAsking(true);
    else onClose();
  };

  const rest: FieldFault[] = byField(saving.error?.errors ?? []).rest;
  const isConflict = saving.error?.isConflict === true && saved !== undefined;
  if (warned?.warnings) {
    return (
      <SavedWithWarnings
        title="Connection details"
        warnings={warned.warnings}
        onClose={() => onSaved(warned)}
      />
    );
  }
  return (
    <DialogFrame
      title="Connection details"
      className={styles.surface}
      isBusy={saving.isPending}
      fieldsRef={content}
      onSubmit={submit}
      onClose={close}
      actions={
        <>
          <BusyButton type="submit" appearance="primary" isBusy={saving.isPending}>
            {saving.isPending ? 'Saving…' : 'OK'}
          </BusyButton>
          <Button onClick={close} disabled={saving.isPending}>
            Cancel
          </Button>
        </>
      }
    >
      {saving.error && !isConflict && <ProblemBar problem={withOnly(rest, saving.error)} showFaults />}
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
      <SameApplication siblings={siblings} isForAll={isForAll} onChoose={setForAll} />
      <ContactField fields={fields} known={contactsOf(queryClient, saved?.value.connectionId)} />
      <LeadRuleFields fields={fields} />
      <MessageFields fields={fields} />
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
    </DialogFrame>
  );
}

function initialForm(saved: Connection | undefined, publishers: readonly PublisherFacts[]): DetailsForm {
  if (saved) return formOf(saved);
  const [only, ...others] = publishers;
  if (!only || others.length > 0) return emptyForm;
  return { ...emptyForm, publisherId: only.id, publisherName: only.name };
}

/** How the contacts of a saved connection stand, as far as a page has read that. */
function contactsOf(queryClient: QueryClient, connectionId: string | undefined): readonly Contact[] {
  if (connectionId === undefined) return [];
  const offer =
    queryClient.getQueryData<Offer>(keys.offer(connectionId)) ??
    queryClient.getQueryData<Offer[]>(keys.offers)?.find((each) => each.connectionId === connectionId);
  return offer?.contacts ?? [];
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
