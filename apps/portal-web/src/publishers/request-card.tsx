/** One request to be a publisher: who asks, and the decision. */
import { Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { PublisherRequest } from '@leads/contracts/portal-api';
import { send } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import { ConfirmDialog } from '../pieces/confirm-dialog.tsx';
import { CopyButton } from '../pieces/copy-button.tsx';
import { Fact, Facts } from '../pieces/facts.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { Time } from '../pieces/time.tsx';
import { buttonRow, card } from '../theme/looks.ts';
import { DomainsField } from './domains-field.tsx';
import { domainsIn, domainsWords, faultOfDomains } from './domains-words.ts';

const useStyles = makeStyles({
  card: {
    ...card,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalL,
  },
  name: { margin: 0, fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightSemibold },
  buttons: buttonRow,
});

type Decision = { act: 'approve'; domains: string[] } | { act: 'refuse'; reason: string };

export function RequestCard({ request }: { request: PublisherRequest }): ReactElement {
  const styles = useStyles();
  const toast = useSuccessToast();
  const queryClient = useQueryClient();
  const { directoryId, id, name, askedAt, askedBy, proposedDomains } = request;
  const [asked, setAsked] = useState<Decision['act']>();
  const [reason, setReason] = useState('');
  const [domains, setDomains] = useState(domainsWords(proposedDomains));
  const decide = useMutation({
    mutationFn: (decision: Decision) =>
      send(
        'POST',
        `/api/publisher-requests/${directoryId}/${decision.act}`,
        decision.act === 'approve'
          ? { id, name, domains: decision.domains }
          : { reason: decision.reason.trim() },
      ),
    onSuccess: (_, { act }) => {
      toast(act === 'approve' ? `${name} is approved` : `${name} is refused`);
      return Promise.all(
        [keys.publisherRequests, keys.publishers].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      );
    },
  });
  const entered = domainsIn(domains);
  const fault = faultOfDomains(decide.error?.errors ?? [], entered);
  const close = (): void => {
    decide.reset();
    setAsked(undefined);
  };
  return (
    <li className={styles.card}>
      <h2 className={styles.name}>{name}</h2>
      <Facts>
        <Fact name="Publisher ID">{id}</Fact>
        <Fact name="Asked by">
          {askedBy.name} ({askedBy.email})
        </Fact>
        <Fact name="Asked at">
          <Time at={askedAt} as="exact" />
        </Fact>
        <Fact name="Directory ID">
          {directoryId}
          <CopyButton text={directoryId} what="Directory ID" />
        </Fact>
        <Fact name="Proposed mail domain">
          {proposedDomains.length === 0 ? 'None' : domainsWords(proposedDomains)}, by their sign-in name alone
        </Fact>
        <Fact name="Object ID of the person">{askedBy.id}</Fact>
      </Facts>
      <div className={styles.buttons}>
        <Button appearance="primary" onClick={() => setAsked('approve')}>
          Approve
        </Button>
        <Button onClick={() => setAsked('refuse')}>Refuse</Button>
      </div>
      <ConfirmDialog
        isOpen={asked === 'approve'}
        title={`Approve ${name}?`}
        action="Approve"
        isPending={decide.isPending}
        problem={fault === undefined ? decide.error : undefined}
        onConfirm={() => decide.mutate({ act: 'approve', domains: entered })}
        onCancel={close}
      >
        People of the directory {directoryId} then act for the publisher {id}. A name proves nothing: check in
        Partner Center, or with a contact that you know, that both belong together.
        <DomainsField
          value={domains}
          fault={fault}
          onChange={(value) => {
            decide.reset();
            setDomains(value);
          }}
        />
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === 'refuse'}
        title={`Refuse ${name}?`}
        action="Refuse"
        isPending={decide.isPending}
        problem={decide.error}
        onConfirm={() => decide.mutate({ act: 'refuse', reason })}
        onCancel={close}
      >
        <Field label="Reason" hint="Its people read it, and may ask again." required>
          <Input value={reason} maxLength={500} onChange={(_, { value }) => setReason(value)} />
        </Field>
      </ConfirmDialog>
    </li>
  );
}
