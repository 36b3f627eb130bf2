/** Every publisher with the domains of its own, which operators change. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { ApprovedPublisher, ApprovedPublishers } from '@leads/contracts/portal-api';
import { read, send } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import { ConfirmDialog } from '../pieces/confirm-dialog.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { plainList, quiet } from '../theme/looks.ts';
import { DomainsField } from './domains-field.tsx';
import { domainsIn, domainsWords, faultOfDomains } from './domains-words.ts';

const useStyles = makeStyles({
  list: { ...plainList, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  row: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
  },
  words: { minWidth: 0, overflowWrap: 'anywhere' },
  quiet,
});

export function DomainsSection(): ReactElement {
  const styles = useStyles();
  const [changed, setChanged] = useState<ApprovedPublisher>();
  const { data, error, refetch } = useQuery({
    queryKey: keys.publishers,
    queryFn: ({ signal }) => read<ApprovedPublishers>('/api/publishers', signal),
  });
  return (
    <Section
      title="Mail domains"
      intro="Contacts at a domain of their publisher’s own get mails about leads at once; all others confirm by a link first."
    >
      {error && !data && <ProblemBar problem={error} onRetry={refetch} />}
      {!data && !error && <RowsSkeleton what="the mail domains" rows={3} />}
      {data && (
        <ul className={styles.list} aria-label="Mail domains">
          {data.publishers.map((publisher) => (
            <li key={publisher.id} className={styles.row}>
              <div className={styles.words}>
                {publisher.name} ({publisher.id})
                <div className={styles.quiet}>
                  {publisher.domains.length === 0
                    ? 'None: each contact confirms'
                    : domainsWords(publisher.domains)}
                </div>
              </div>
              <Button
                aria-label={`Change the mail domains of ${publisher.name}`}
                onClick={() => setChanged(publisher)}
              >
                Change
              </Button>
            </li>
          ))}
        </ul>
      )}
      {changed && <ChangeDialog publisher={changed} onClose={() => setChanged(undefined)} />}
    </Section>
  );
}

interface ChangeDialogProps {
  publisher: ApprovedPublisher;
  onClose: () => void;
}

function ChangeDialog({ publisher, onClose }: ChangeDialogProps): ReactElement {
  const queryClient = useQueryClient();
  const toast = useSuccessToast();
  const [entered, setEntered] = useState(domainsWords(publisher.domains));
  const change = useMutation({
    mutationFn: (domains: string[]) =>
      send<ApprovedPublisher>('PUT', `/api/publishers/${publisher.id}/domains`, { domains }),
    onSuccess: () => {
      toast(`Mail domains of ${publisher.name} changed`);
      onClose();
      return queryClient.invalidateQueries({ queryKey: keys.publishers });
    },
  });
  const fault = faultOfDomains(change.error?.errors ?? [], change.variables ?? []);
  return (
    <ConfirmDialog
      isOpen
      title={`Mail domains of ${publisher.name}`}
      action="Set them"
      isPending={change.isPending}
      problem={fault === undefined ? change.error : undefined}
      onConfirm={() => change.mutate(domainsIn(entered))}
      onCancel={onClose}
    >
      <DomainsField
        value={entered}
        fault={fault}
        onChange={(value) => {
          change.reset();
          setEntered(value);
        }}
      />
    </ConfirmDialog>
  );
}
