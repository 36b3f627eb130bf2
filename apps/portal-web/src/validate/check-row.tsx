/** One check of a Validate: what it is, how it stands, and where it failed, why and what to do. */
import { Button, makeStyles, mergeClasses, Spinner, tokens } from '@fluentui/react-components';
import {
  CheckmarkCircle20Filled,
  ChevronDown16Regular,
  ChevronUp16Regular,
  DismissCircle20Filled,
  Warning20Filled,
} from '@fluentui/react-icons';
import { useId, useState, type ReactElement } from 'react';
import type { Check } from '@leads/contracts/portal-api';
import { durationWords } from '../pieces/time-words.ts';
import { quiet } from '../theme/looks.ts';
import { PHONE } from '../theme/screen.ts';
import { checkWords } from './check-words.ts';
import { type CheckActions, RemedySteps } from './remedy-steps.tsx';
import { RunningTimer } from './running-timer.tsx';
import { opensByItself } from './validation-progress.ts';

const useStyles = makeStyles({
  row: {
    borderTop: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke3}`,
    ':first-child': { borderTopStyle: 'none' },
    '@media (prefers-reduced-motion: no-preference)': {
      animationDuration: tokens.durationSlow,
      animationTimingFunction: tokens.curveDecelerateMid,
      animationName: { from: { opacity: 0, transform: 'translateY(-4px)' } },
    },
  },
  line: {
    display: 'grid',
    gridTemplateColumns: '20px minmax(0, 1fr) auto 28px',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalM,
    minHeight: '36px',
  },
  words: { display: 'flex', flexWrap: 'wrap', columnGap: tokens.spacingHorizontalM, alignItems: 'baseline' },
  quiet,
  time: {
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    fontVariantNumeric: 'tabular-nums',
    whiteSpace: 'nowrap',
  },
  strong: { fontWeight: tokens.fontWeightSemibold },
  good: { color: tokens.colorStatusSuccessForeground1 },
  warning: { color: tokens.colorStatusWarningForeground3 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  details: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    margin: `0 0 ${tokens.spacingVerticalM} 32px`,
    padding: tokens.spacingHorizontalL,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground2,
    [PHONE]: { marginLeft: 0 },
  },
  cause: { margin: 0, overflowWrap: 'anywhere' },
});

export interface CheckRowProps extends CheckActions {
  check: Check;
}

const statusWords: Record<Check['status'], string> = {
  running: 'running',
  passed: 'passed',
  warning: 'warning',
  failed: 'failed',
};

export function CheckRow({ check, instanceUrl, onOpenDetails, onRunAgain }: CheckRowProps): ReactElement {
  const styles = useStyles();
  const { title, looksAt } = checkWords(check.check);
  const { status, tookMs, cause } = check;
  const [toggled, setToggled] = useState<boolean>();
  const id = useId();
  const hasDetails = cause !== undefined || check.remedy !== undefined || status === 'failed';
  const isOpen = hasDetails && (toggled ?? opensByItself(check));
  return (
    <li className={styles.row}>
      <div className={styles.line}>
        <StatusIcon status={status} />
        <div className={styles.words}>
          <span className={mergeClasses(status !== 'passed' && styles.strong)}>{title}</span>
          {status === 'running' && <span className={styles.quiet}>{looksAt}</span>}
          {status === 'warning' && !isOpen && <span className={styles.quiet}>{cause}</span>}
        </div>
        <span className={styles.time}>
          {status === 'running' ? <RunningTimer /> : tookMs === undefined ? '' : durationWords(tookMs)}
        </span>
        {hasDetails && status !== 'running' ? (
          <Button
            size="small"
            appearance="subtle"
            aria-expanded={isOpen}
            aria-controls={id}
            aria-label={`${isOpen ? 'Hide' : 'Show'} what ${title} found`}
            icon={isOpen ? <ChevronUp16Regular /> : <ChevronDown16Regular />}
            onClick={() => setToggled(!isOpen)}
          />
        ) : (
          <span />
        )}
      </div>
      <div id={id} hidden={!isOpen}>
        {isOpen && (
          <div className={styles.details}>
            {cause !== undefined && <p className={styles.cause}>{cause}</p>}
            {status !== 'passed' && (
              <RemedySteps
                check={check}
                instanceUrl={instanceUrl}
                onOpenDetails={onOpenDetails}
                onRunAgain={onRunAgain}
              />
            )}
          </div>
        )}
      </div>
    </li>
  );
}

function StatusIcon({ status }: { status: Check['status'] }): ReactElement {
  const styles = useStyles();
  const label = statusWords[status];
  switch (status) {
    case 'running':
      return <Spinner size="extra-tiny" aria-label={label} />;
    case 'passed':
      return <CheckmarkCircle20Filled className={styles.good} aria-label={label} />;
    case 'warning':
      return <Warning20Filled className={styles.warning} aria-label={label} />;
    case 'failed':
      return <DismissCircle20Filled className={styles.bad} aria-label={label} />;
  }
}
