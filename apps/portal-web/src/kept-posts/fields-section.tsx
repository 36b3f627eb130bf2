/** Fields that came with leads and are not known: since when, for which offer. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { Time } from '../pieces/time.tsx';
import { plainList, quiet } from '../theme/looks.ts';
import { unknownFieldsQuery } from './kept-post-queries.ts';

const useStyles = makeStyles({
  list: { ...plainList, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  field: { overflowWrap: 'anywhere' },
  name: { fontWeight: tokens.fontWeightSemibold },
  quiet,
});

export function FieldsSection(): ReactElement | undefined {
  const styles = useStyles();
  const { data, error, refetch } = useQuery(unknownFieldsQuery);
  if (error) return <ProblemBar problem={error} onRetry={refetch} />;
  if (!data || data.fields.length === 0) return undefined;
  return (
    <Section
      title="Fields that are not known"
      intro="They came with leads that were understood, and stand in the body on each lead's page. Nothing else is made of them."
    >
      <ul className={styles.list} aria-label="Fields that are not known">
        {data.fields.map(({ connectionId, name, kind, offerTitle, firstAt, lastAt }) => (
          <li key={`${connectionId} ${name}`} className={styles.field}>
            <span className={styles.name}>{name}</span> ({kind})
            <div className={styles.quiet}>
              {offerTitle || 'An offer that is not known'}, since <Time at={firstAt} />, last{' '}
              <Time at={lastAt} />
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
