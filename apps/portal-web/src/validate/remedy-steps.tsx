/** What to do about a check, step by step, with what to open. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowClockwise20Regular, Open16Regular } from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import type { Check } from '@leads/contracts/portal-api';
import { addressOf, remedyOf } from './remedies.ts';

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
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

export interface RemedyStepsProps {
  check: Check;
  instanceUrl: string;
  onOpenDetails?: (() => void) | undefined;
  onRunAgain?: (() => void) | undefined;
}

export function RemedySteps({
  check,
  instanceUrl,
  onOpenDetails,
  onRunAgain,
}: RemedyStepsProps): ReactElement {
  const styles = useStyles();
  const remedy = remedyOf(check.check);
  return (
    <>
      <div>
        <h3 className={styles.title}>What to do</h3>
        {check.remedy !== undefined && <p className={styles.short}>{check.remedy}</p>}
        {remedy && check.remedy !== undefined && <h3 className={styles.subtitle}>Step by step</h3>}
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
        {remedy?.links.map((link) => {
          const address = addressOf(link, instanceUrl);
          if (address !== undefined) {
            return (
              <Button
                key={link.to}
                as="a"
                href={address}
                target="_blank"
                rel="noreferrer"
                icon={<Open16Regular />}
                iconPosition="after"
              >
                {link.text}
              </Button>
            );
          }
          return onOpenDetails ? (
            <Button key={link.to} onClick={onOpenDetails}>
              {link.text}
            </Button>
          ) : undefined;
        })}
      </div>
    </>
  );
}
