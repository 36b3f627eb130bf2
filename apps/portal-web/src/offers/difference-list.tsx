/** What differs between two versions, before and after. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { ArrowRight16Regular } from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import { quiet } from '../theme/looks.ts';
import type { Difference } from './connection-differences.ts';

const useStyles = makeStyles({
  list: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM, margin: 0 },
  name: quiet,
  values: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    margin: 0,
    overflowWrap: 'anywhere',
  },
  before: { textDecorationLine: 'line-through', color: tokens.colorNeutralForeground3, minWidth: 0 },
  after: { minWidth: 0 },
});

export function DifferenceList({ differences }: { differences: readonly Difference[] }): ReactElement {
  const styles = useStyles();
  if (differences.length === 0) return <span>Nothing of the details differs.</span>;
  return (
    <dl className={styles.list}>
      {differences.map(({ name, before, after }) => (
        <div key={name}>
          <dt className={styles.name}>{name}</dt>
          <dd className={styles.values}>
            <del className={styles.before}>{before}</del>
            <ArrowRight16Regular aria-label="became" />
            <ins className={styles.after}>{after}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}
