/** What the connection was before, who changed it, and back to that. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { send, type Versioned } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import { invalidate } from '../api/invalidate.ts';
import { ConfirmDialog } from '../pieces/confirm-dialog.tsx';
import { DialogFrame } from '../pieces/dialog-frame.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { useReturnFocus } from '../pieces/use-return-focus.ts';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { Time } from '../pieces/time.tsx';
import { plainList, quiet } from '../theme/looks.ts';
import type { Connection, ConnectionVersion } from './connection.ts';
import { differencesBetween } from './connection-differences.ts';
import { DifferenceList } from './difference-list.tsx';
import { keepConnection } from './keep-connection.ts';
import { versionsQuery } from './offer-queries.ts';
import { SavedWithWarnings } from './saved-with-warnings.tsx';

const useStyles = makeStyles({
  list: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    ...plainList,
  },
  version: {
    display: 'grid',
    gridTemplateColumns: '32px minmax(0, 1fr) auto',
    alignItems: 'baseline',
    gap: tokens.spacingHorizontalS,
  },
  number: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums' },
  quiet: { ...quiet, overflowWrap: 'anywhere' },
});

/** So many are shown at first. */
const FEW = 5;

export interface VersionsSectionProps {
  current: Versioned<Connection> | undefined;
  mayRestore: boolean;
}

export function VersionsSection({ current, mayRestore }: VersionsSectionProps): ReactElement {
  return (
    <Section title="Versions" intro="Every change, and back to any of them.">
      {current ? (
        <Versions current={current} mayRestore={mayRestore} />
      ) : (
        <RowsSkeleton what="the versions" rows={2} />
      )}
    </Section>
  );
}

interface VersionsProps {
  current: Versioned<Connection>;
  mayRestore: boolean;
}

function Versions({ current, mayRestore }: VersionsProps): ReactElement {
  const styles = useStyles();
  const { data: versions, error, refetch } = useQuery(versionsQuery(current.value.connectionId));
  const [showsAll, setShowsAll] = useState(false);
  const [looked, setLooked] = useState<ConnectionVersion>();
  if (error) return <ProblemBar problem={error} onRetry={refetch} />;
  if (!versions) return <RowsSkeleton what="the versions" rows={2} />;
  const shown = showsAll ? versions : versions.slice(0, FEW);
  return (
    <>
      <ol className={styles.list} aria-label="Versions, newest first">
        {shown.map((version) => (
          <li key={version.version} className={styles.version}>
            <span className={styles.number}>{version.version}</span>
            <div>
              <div>{sentence(version.change)}</div>
              <div className={styles.quiet}>
                <Time at={version.changedAt} /> by {version.changedBy}
              </div>
            </div>
            <Button
              size="small"
              appearance="subtle"
              aria-label={`Look at version ${version.version}`}
              onClick={() => setLooked(version)}
            >
              Look
            </Button>
          </li>
        ))}
      </ol>
      {versions.length > shown.length && (
        <div>
          <Button appearance="transparent" onClick={() => setShowsAll(true)}>
            Show all {versions.length} versions
          </Button>
        </div>
      )}
      {looked && (
        <VersionDialog
          version={looked}
          current={current}
          mayRestore={mayRestore}
          onClose={() => setLooked(undefined)}
        />
      )}
    </>
  );
}

interface VersionDialogProps extends VersionsProps {
  version: ConnectionVersion;
  onClose: () => void;
}

function VersionDialog({ version, current, mayRestore, onClose }: VersionDialogProps): ReactElement {
  // The question takes the place of the dialog that it was opened from: the focus returns to before both.
  useReturnFocus();
  const toast = useSuccessToast();
  const queryClient = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const [warnings, setWarnings] = useState<Connection['warnings']>();
  const { connectionId } = current.value;
  const restoring = useMutation({
    mutationFn: () =>
      send<Connection>(
        'POST',
        `/api/connections/${connectionId}/versions/${version.version}/restore`,
        undefined,
        {
          etag: current.etag,
        },
      ),
    onSuccess: (answer) => {
      keepConnection(queryClient, answer);
      toast(`Version ${version.version} is in use again`, 'Validate, to see that it works.');
      if (answer.value.warnings) setWarnings(answer.value.warnings);
      else onClose();
    },
    // Somebody else may have been faster.
    onError: () => invalidate(queryClient, keys.connection(connectionId)),
  });
  const isCurrent = version.version === current.value.version;
  if (warnings) {
    const title = `Version ${version.version} is in use again`;
    return <SavedWithWarnings title={title} warnings={warnings} onClose={onClose} />;
  }
  if (isAsking) {
    return (
      <ConfirmDialog
        isOpen
        title={`Go back to version ${version.version}?`}
        action="Restore"
        isPending={restoring.isPending}
        problem={restoring.error}
        onConfirm={() => restoring.mutate()}
        onCancel={onClose}
      >
        <div>
          Its details become a new version and are used from the next lead on. State, lead address and secret
          stay as they are. Had it another application or user, then enter those in Connection details
          instead, with their secret.
        </div>
      </ConfirmDialog>
    );
  }
  return (
    <DialogFrame
      title={`Version ${version.version}${isCurrent ? ' (in use)' : ', and what is different now'}`}
      onClose={onClose}
      actions={
        <>
          {mayRestore && !isCurrent && (
            <Button appearance="primary" onClick={() => setAsking(true)}>
              Restore…
            </Button>
          )}
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      {isCurrent ? (
        'This is how the connection is now.'
      ) : (
        <DifferenceList differences={differencesBetween(version, current.value)} />
      )}
    </DialogFrame>
  );
}

/** `connection changed` as the beginning of a line. */
function sentence(change: string): string {
  return change.charAt(0).toUpperCase() + change.slice(1);
}
