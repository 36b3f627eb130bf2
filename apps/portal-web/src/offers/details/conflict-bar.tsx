/** Somebody else has saved meanwhile: shows what they changed, and lets one keep one's own text or take theirs. */
import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  tokens,
} from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useId, useState, type ReactElement } from 'react';
import { readVersioned, type Versioned } from '../../api/api.ts';
import { ProblemBar } from '../../pieces/problem-bar.tsx';
import { Time } from '../../pieces/time.tsx';
import type { Connection } from '../connection.ts';
import { differencesBetween } from '../connection-differences.ts';
import { DifferenceList } from '../difference-list.tsx';

const useStyles = makeStyles({
  theirs: {
    padding: tokens.spacingHorizontalL,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground2,
  },
});

export interface ConflictBarProps {
  /** The version that one began with. */
  mine: Connection;
  onKeepMine: (theirs: Versioned<Connection>) => void;
  onTakeTheirs: (theirs: Versioned<Connection>) => void;
}

export function ConflictBar({ mine, onKeepMine, onTakeTheirs }: ConflictBarProps): ReactElement {
  const styles = useStyles();
  const id = useId();
  const [isLooking, setLooking] = useState(false);
  const path = `/api/connections/${mine.connectionId}`;
  const { data: theirs, error } = useQuery<Versioned<Connection>>({
    queryKey: ['conflict', mine.connectionId, mine.version],
    queryFn: ({ signal }) => readVersioned<Connection>(path, signal),
    gcTime: 0,
    staleTime: 0,
  });
  if (error) return <ProblemBar problem={error} />;
  return (
    <>
      <MessageBar intent="warning" layout="multiline" politeness="assertive">
        <MessageBarBody>
          <MessageBarTitle>Somebody else saved meanwhile.</MessageBarTitle>
          {theirs && (
            <>
              {theirs.value.changedBy} changed this connection <Time at={theirs.value.changedAt} />.{' '}
            </>
          )}
          Nothing of yours was saved, and it is all still here.
        </MessageBarBody>
        <MessageBarActions>
          <Button
            aria-expanded={isLooking}
            aria-controls={id}
            disabled={!theirs}
            onClick={() => setLooking(!isLooking)}
          >
            {isLooking ? 'Hide what changed' : 'Look at what changed'}
          </Button>
          <Button disabled={!theirs} onClick={() => theirs && onTakeTheirs(theirs)}>
            Take theirs
          </Button>
          <Button disabled={!theirs} onClick={() => theirs && onKeepMine(theirs)}>
            Keep mine
          </Button>
        </MessageBarActions>
      </MessageBar>
      <div id={id} hidden={!isLooking}>
        {isLooking && theirs && (
          <div className={styles.theirs}>
            <DifferenceList differences={differencesBetween(mine, theirs.value)} />
          </div>
        )}
      </div>
    </>
  );
}
