/** The progress of the replay that was asked for last on this page: until it is dismissed, or has ended and was seen. */
import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  ProgressBar,
  tokens,
} from '@fluentui/react-components';
import { Dismiss16Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useEffect, type ReactElement } from 'react';
import { useLocation } from 'react-router';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { replayQuery } from './lead-queries.ts';
import { hideReplay, useShownReplay } from './replay-store.ts';
import { replayWords } from './replay-words.ts';

const useStyles = makeStyles({
  body: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    paddingBlock: tokens.spacingVerticalS,
  },
});

export function ReplayProgress(): ReactElement | null {
  const replayId = useShownReplay(useLocation().pathname);
  return replayId === undefined ? null : <Progress key={replayId} replayId={replayId} />;
}

function Progress({ replayId }: { replayId: string }): ReactElement | null {
  const styles = useStyles();
  const { data: replay, error, refetch } = useQuery(replayQuery(replayId));
  // News for as long as one stays.
  const isOld = replay?.waiting === 0;
  useEffect(() => (isOld ? hideReplay : undefined), [isOld]);
  if (error) return <ProblemBar problem={error} onRetry={refetch} />;
  if (!replay) return null;
  const { share, hasEnded, sentence } = replayWords(replay);
  const intent = !hasEnded ? 'info' : replay.dead > 0 ? 'warning' : 'success';
  return (
    <MessageBar intent={intent} layout="multiline" politeness="polite">
      <MessageBarBody className={styles.body}>
        <div>{sentence}</div>
        {!hasEnded && <ProgressBar value={share} thickness="large" aria-label={sentence} />}
      </MessageBarBody>
      <MessageBarActions
        containerAction={
          <Button
            appearance="transparent"
            icon={<Dismiss16Regular />}
            aria-label={hasEnded ? 'Dismiss' : 'Hide; the replay goes on'}
            onClick={hideReplay}
          />
        }
      />
    </MessageBar>
  );
}
