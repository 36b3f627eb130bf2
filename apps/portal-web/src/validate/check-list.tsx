/** Checks of a Validate, one below the other. */
import { makeStyles } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import type { Check } from '@leads/contracts/portal-api';
import { plainList } from '../theme/looks.ts';
import { CheckRow } from './check-row.tsx';
import type { CheckActions } from './remedy-steps.tsx';

const useStyles = makeStyles({ list: plainList });

export interface CheckListProps extends CheckActions {
  /** What a screen reader calls the list. */
  label: string;
  checks: readonly Check[];
}

/** Nothing where there are none. */
export function CheckList({ label, checks, ...actions }: CheckListProps): ReactElement | undefined {
  const styles = useStyles();
  if (checks.length === 0) return undefined;
  return (
    <ol className={styles.list} aria-label={label}>
      {checks.map((check) => (
        <CheckRow key={check.check} check={check} {...actions} />
      ))}
    </ol>
  );
}
