/** What can be done about an incident: take it on, say that it is over, have its dead leads delivered again. */
import { Button, makeStyles } from '@fluentui/react-components';
import { ArrowRepeatAll20Regular } from '@fluentui/react-icons';
import { useState, type ReactElement } from 'react';
import type { IncidentDetail } from '@leads/contracts/portal-api';
import { ReplayDialog } from '../leads/replay-dialog.tsx';
import { BusyButton } from '../pieces/busy-button.tsx';
import { ConfirmDialog } from '../pieces/confirm-dialog.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { countWords } from '../pieces/time-words.ts';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { buttonRow } from '../theme/looks.ts';
import { type IncidentAct, useIncidentAct } from './incident-queries.ts';

const useStyles = makeStyles({ buttons: buttonRow });

export function IncidentActions({ incident }: { incident: IncidentDetail }): ReactElement | undefined {
  const styles = useStyles();
  const { role } = useSession();
  const toast = useSuccessToast();
  const act = useIncidentAct(incident.incidentId);
  const [asked, setAsked] = useState<'resolve' | 'replay'>();
  if (!mayChange(role)) return undefined;
  const { incidentId, state, leads } = incident;
  const isBusy = (which: IncidentAct): boolean => act.isPending && act.variables === which;
  const run = (which: IncidentAct, done: string): void =>
    act.mutate(which, {
      onSuccess: () => {
        setAsked(undefined);
        toast(done);
      },
    });
  return (
    <>
      {act.error && asked === undefined && <ProblemBar problem={act.error} />}
      <div className={styles.buttons}>
        {leads.dead > 0 && (
          <Button icon={<ArrowRepeatAll20Regular />} onClick={() => setAsked('replay')}>
            Replay {countWords(leads.dead, 'dead lead')}
          </Button>
        )}
        {state !== 'resolved' && <Button onClick={() => setAsked('resolve')}>Resolve</Button>}
        {state === 'open' && (
          <BusyButton
            appearance="primary"
            isBusy={isBusy('acknowledge')}
            onClick={() => run('acknowledge', 'Acknowledged: contacts are not reminded any more')}
          >
            Acknowledge
          </BusyButton>
        )}
      </div>
      {asked === 'replay' && (
        <ReplayDialog
          order={{ filter: { incidentId } }}
          what={`the ${countWords(leads.dead, 'dead lead')} of this incident`}
          onClose={() => setAsked(undefined)}
        />
      )}
      <ConfirmDialog
        isOpen={asked === 'resolve'}
        title="Say that this is over?"
        action="Resolve"
        isPending={isBusy('resolve')}
        problem={act.error}
        onConfirm={() => run('resolve', 'Resolved')}
        onCancel={() => {
          act.reset();
          setAsked(undefined);
        }}
      >
        It ends by itself when its cause is gone. Resolve it where you know better; should it be noticed
        again, it is open again.
      </ConfirmDialog>
    </>
  );
}
