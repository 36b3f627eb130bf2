/** What publishers have used this hour of what they may: a table, or a list a publisher where it has no room. */
import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { LimitedUse, Usage } from '@leads/contracts/portal-api';
import { read } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import { Fact, Facts } from '../pieces/facts.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { PHONE } from '../theme/screen.ts';
import { isNearLimit, usageWords } from './usage-words.ts';

const COLUMNS: readonly [LimitedUse, string][] = [
  ['connections', 'Connections'],
  ['saves', 'Changes'],
  ['validates', 'Validates'],
  ['searches', 'Searches'],
  ['exports', 'Exports'],
  ['replays', 'Replays'],
];

const useStyles = makeStyles({
  wide: { overflowX: 'auto', [PHONE]: { display: 'none' } },
  narrow: { display: 'none', [PHONE]: { display: 'grid', rowGap: tokens.spacingVerticalXL } },
  name: { display: 'block', marginBottom: tokens.spacingVerticalS, overflowWrap: 'anywhere' },
  table: { width: '100%', borderCollapse: 'collapse', fontVariantNumeric: 'tabular-nums' },
  cell: {
    textAlign: 'start',
    whiteSpace: 'nowrap',
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderBottom: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke3}`,
  },
  near: { color: tokens.colorPaletteRedForeground1, fontWeight: tokens.fontWeightSemibold },
});

export function UsageSection(): ReactElement {
  const { data, error, refetch } = useQuery({
    queryKey: keys.usage,
    queryFn: ({ signal }) => read<Usage>('/api/usage', signal),
  });
  return (
    <Section title="Use of limits, this hour">
      {error && <ProblemBar problem={error} onRetry={refetch} />}
      {!data && !error && <RowsSkeleton what="the use of limits" rows={3} />}
      {data && <UsageTable usage={data} />}
      {data && <UsageLists usage={data} />}
    </Section>
  );
}

function UsageLists({ usage: { limits, publishers } }: { usage: Usage }): ReactElement {
  const styles = useStyles();
  return (
    <div className={styles.narrow}>
      {publishers.map(({ publisher, used }) => (
        <section key={publisher.id} aria-label={publisher.name}>
          <Text weight="semibold" className={styles.name}>
            {publisher.name} ({publisher.id})
          </Text>
          <Facts>
            {COLUMNS.map(([use, name]) => (
              <Fact key={use} name={name}>
                <Use used={used[use]} limit={limits[use]} />
              </Fact>
            ))}
          </Facts>
        </section>
      ))}
    </div>
  );
}

/** Marked where hardly anything is left. */
function Use({ used, limit }: { used: number | undefined; limit: number }): ReactElement {
  const styles = useStyles();
  return (
    <span className={isNearLimit(used, limit) ? styles.near : undefined}>{usageWords(used, limit)}</span>
  );
}

function UsageTable({ usage: { limits, publishers } }: { usage: Usage }): ReactElement {
  const styles = useStyles();
  return (
    <div className={styles.wide}>
      <table className={styles.table}>
        <thead>
          <tr>
            {['Publisher', ...COLUMNS.map(([, name]) => name)].map((name) => (
              <th key={name} scope="col" className={styles.cell}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {publishers.map(({ publisher, used }) => (
            <tr key={publisher.id}>
              <th scope="row" className={styles.cell}>
                {publisher.name} ({publisher.id})
              </th>
              {COLUMNS.map(([use]) => (
                <td key={use} className={styles.cell}>
                  <Use used={used[use]} limit={limits[use]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
