/** A lead's timeline by pages: what happened last is there, what came before is read on request. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { LeadDetail } from '@leads/contracts/portal-api';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { ShowMore } from '../pieces/show-more.tsx';
import { countWords } from '../pieces/time-words.ts';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { timelineQuery } from './lead-queries.ts';
import { SecondRequestDialog } from './second-request-dialog.tsx';
import { Timeline } from './timeline.tsx';

const useStyles = makeStyles({
  whole: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
});

export function WholeTimeline({ lead }: { lead: LeadDetail }): ReactElement {
  const styles = useStyles();
  const { role } = useSession();
  const [repeatAt, setRepeatAt] = useState<string>();
  const [madeOf, setMadeOf] = useState<ReadonlyMap<string, string>>(new Map());
  const list = useInfiniteQuery(timelineQuery(lead));
  const earlier = list.data?.pages.slice(1).reverse() ?? [];
  return (
    <div className={styles.whole}>
      {list.error && <ProblemBar problem={list.error} onRetry={() => list.fetchNextPage()} />}
      <ShowMore
        list={list}
        words="Show what came before"
        addedBy={({ timeline }) => `${countWords(timeline.length, 'earlier entry', 'earlier entries')}`}
      />
      <Timeline
        entries={[...earlier.flatMap(({ timeline }) => timeline), ...lead.timeline]}
        acceptedAt={lead.acceptedAt}
        isPending={lead.state === 'pending'}
        madeOf={madeOf}
        onSecondRequest={mayChange(role) ? setRepeatAt : undefined}
      />
      {repeatAt !== undefined && (
        <SecondRequestDialog
          leadId={lead.leadId}
          repeatAt={repeatAt}
          onClose={(made) => {
            if (made) setMadeOf(new Map([...madeOf, [repeatAt, made.leadId]]));
            setRepeatAt(undefined);
          }}
        />
      )}
    </div>
  );
}
