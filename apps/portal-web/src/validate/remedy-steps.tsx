/** What to do about a check, step by step, with what to open. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowClockwise20Regular, Open16Regular } from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import type { Check } from '@leads/contracts/portal-api';
import { buttonRow } from '../theme/looks.ts';
import { remedyOf } from './remedies.ts';

const useStyles = makeStyles({
  title: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  subtitle: {
    margin: `${tokens.spacingVerticalM} 0 0`,
    fontSize: tokens.fontSizeBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  short: { margin: `${tokens.spacingVerticalXS} 0 0`, overflowWrap: 'anywhere' },
  steps: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    margin: `${tokens.spacingVerticalS} 0 0`,
    paddingLeft: tokens.spacingHorizontalXL,
    maxWidth: '75ch',
  },
  actions: buttonRow,
});

/** What can be done about a check. */
export interface CheckActions {
  instanceUrl: string;
  /** Absent where they may not. */
  onOpenDetails?: (() => void) | undefined;
  onRunAgain?: (() => void) | undefined;
}

export interface RemedyStepsProps extends CheckActions {
  check: Check;
}

export function RemedySteps({
  check,
  instanceUrl,
  onOpenDetails,
  onRunAgain,
}: RemedyStepsProps): ReactElement {
  const styles = useStyles();
  const remedy = remedyOf(check.check, instanceUrl);
  const told = check.remedy === remedy?.paragraph ? undefined : check.remedy;
  return (
    <>
      <div>
        <h3 className={styles.title}>What to do</h3>
        {told !== undefined && <p className={styles.short}>{told}</p>}
        {remedy && told !== undefined && <h3 className={styles.subtitle}>Step by step</h3>}
        {remedy && (
          <ol className={styles.steps}>
            {remedy.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        )}
      </div>
      <div className={styles.actions}>
        {onRunAgain && (
          <Button appearance="primary" icon={<ArrowClockwise20Regular />} onClick={onRunAgain}>
            Run again
          </Button>
        )}
        {remedy?.links.map(({ page, text, href }) =>
          href !== undefined ? (
            <Button
              key={page}
              as="a"
              href={href}
              target="_blank"
              rel="noreferrer"
              icon={<Open16Regular />}
              iconPosition="after"
            >
              {text}
            </Button>
          ) : (
            onOpenDetails && (
              <Button key={page} onClick={onOpenDetails}>
                {text}
              </Button>
            )
          ),
        )}
      </div>
    </>
  );
}
