/** Who is stuck and why, at a glance: every lead, throughput and latency, and the lanes with who needs help first. */
import { makeStyles, Switch, tokens } from '@fluentui/react-components';
import { HeartPulse24Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { Lane } from '@leads/contracts/portal-api';
import { useNow } from '../pieces/clock.ts';
import { EmptyState } from '../pieces/empty-state.tsx';
import { LinkButton } from '../pieces/link-button.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { countWords } from '../pieces/time-words.ts';
import { Page } from '../frames/page.tsx';
import { plainList } from '../theme/looks.ts';
import { lanesQuery } from './health-queries.ts';
import { LaneCard } from './lane-card.tsx';
import { needsAttention, sortLanes } from './sort-lanes.ts';
import { StatisticsSection } from './statistics-section.tsx';
import { TotalsSection } from './totals-section.tsx';

const useStyles = makeStyles({
  lanes: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    ...plainList,
  },
});

export function HealthPage(): ReactElement {
  const { data, error, refetch } = useQuery(lanesQuery);
  return (
    <Page title="Health" intro="Whether leads flow, and where they do not, why.">
      {error && <ProblemBar problem={error} onRetry={refetch} />}
      {!data && !error && <RowsSkeleton what="the lanes" rows={6} />}
      {data && (
        <>
          <TotalsSection totals={data.totals} />
          <StatisticsSection />
          <LanesSection lanes={data.lanes} />
        </>
      )}
    </Page>
  );
}

function LanesSection({ lanes }: { lanes: readonly Lane[] }): ReactElement {
  const styles = useStyles();
  const now = new Date(useNow());
  const [isFiltered, setFiltered] = useState(false);
  const concerned = lanes.filter((lane) => needsAttention(lane, now));
  const shown = sortLanes(isFiltered ? concerned : lanes, now);
  if (lanes.length === 0) {
    return (
      <EmptyState
        icon={<HeartPulse24Regular />}
        title="No lane yet"
        action={<LinkButton to="/offers">Go to the offers</LinkButton>}
      >
        Each connected offer has a lane here, in which its leads go to Dynamics.
      </EmptyState>
    );
  }
  return (
    <Section
      title="Lanes"
      intro={
        concerned.length === 0
          ? `${countWords(lanes.length, 'lane')}. None needs attention.`
          : `${countWords(lanes.length, 'lane')}. ${concerned.length === 1 ? '1 needs' : `${concerned.length} need`} attention.`
      }
      actions={
        <Switch
          label="Needs attention only"
          checked={isFiltered}
          onChange={(_, { checked }) => setFiltered(checked)}
        />
      }
    >
      {shown.length === 0 ? (
        <div>No lane needs attention.</div>
      ) : (
        <ul className={styles.lanes} aria-label="Lanes">
          {shown.map((lane) => (
            <LaneCard key={lane.connectionId} lane={lane} now={now} />
          ))}
        </ul>
      )}
    </Section>
  );
}
