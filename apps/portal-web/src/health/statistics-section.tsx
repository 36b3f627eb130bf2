/** Throughput and latency over the last hour or week. */
import { makeStyles, Radio, RadioGroup, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { Statistics } from '@leads/contracts/portal-api';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { durationWords, shortTime } from '../pieces/time-words.ts';
import { statisticsQuery } from './health-queries.ts';
import { latencyWords, throughputWords } from './statistics-words.ts';
import { TimeChart } from './time-chart.tsx';

const useStyles = makeStyles({
  charts: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(360px, 100%), 1fr))',
    gap: tokens.spacingHorizontalXXL,
  },
});

export function StatisticsSection(): ReactElement {
  const [span, setSpan] = useState<Statistics['span']>('hour');
  const { data, error, refetch } = useQuery(statisticsQuery(span));
  return (
    <Section
      title="Throughput and latency"
      actions={
        <RadioGroup
          layout="horizontal"
          aria-label="Time span"
          value={span}
          onChange={(_, { value }) => setSpan(value as Statistics['span'])}
        >
          <Radio value="hour" label="Last hour" />
          <Radio value="week" label="Last week" />
        </RadioGroup>
      }
    >
      {error && <ProblemBar problem={error} onRetry={refetch} />}
      {!data && !error && <RowsSkeleton what="the statistics" rows={3} />}
      {data && <Charts statistics={data} />}
    </Section>
  );
}

function Charts({ statistics }: { statistics: Statistics }): ReactElement {
  const styles = useStyles();
  const { buckets, bucketSeconds } = statistics;
  const now = new Date();
  const times = buckets.map(({ from }) => shortTime(new Date(from), now));
  const per = bucketSeconds >= 3_600 ? 'hour' : 'minute';
  return (
    <div className={styles.charts}>
      <TimeChart
        title={`Leads a ${per}`}
        summary={throughputWords(statistics)}
        times={times}
        words={(count) => count.toLocaleString('en')}
        lines={[
          { name: 'Accepted', values: buckets.map(({ accepted }) => accepted) },
          { name: 'Written', values: buckets.map(({ written }) => written) },
          { name: 'Dead', values: buckets.map(({ dead }) => dead) },
        ]}
      />
      <TimeChart
        title="From accepted to written"
        summary={latencyWords(statistics)}
        times={times}
        words={durationWords}
        lines={[
          { name: 'Half of them within', values: buckets.map(({ p50Ms }) => p50Ms) },
          { name: '95 of 100 within', values: buckets.map(({ p95Ms }) => p95Ms) },
        ]}
      />
    </div>
  );
}
