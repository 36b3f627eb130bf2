/** One step: where to click, what to enter there, what one sees then, and whether it is done. */
import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { ShieldCheckmark20Regular } from '@fluentui/react-icons';
import { useState, type ReactElement } from 'react';
import { CopyButton } from '../pieces/copy-button.tsx';
import { OutsideLink } from '../pieces/outside-link.tsx';
import { CheckRow } from '../validate/check-row.tsx';
import type { ValidationInHand } from '../validate/use-validation.ts';
import { checksOf, type SetUpStep } from './set-up-steps.ts';

const useStyles = makeStyles({
  step: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    maxWidth: '80ch',
    paddingBlock: `0 ${tokens.spacingVerticalL}`,
    overflowWrap: 'anywhere',
  },
  clicks: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    margin: 0,
    paddingInlineStart: '24px',
  },
  quiet: { color: tokens.colorNeutralForeground2 },
  values: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  value: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: `0 ${tokens.spacingHorizontalS}` },
  text: { fontFamily: tokens.fontFamilyMonospace },
  beware: {
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
  },
  checks: { margin: 0, padding: 0, listStyleType: 'none' },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

export interface StepPanelProps {
  step: SetUpStep;
  /** Of the Dynamics 365 instance. */
  url: string;
  inHand: ValidationInHand;
  mayChange: boolean;
  onOpenDetails: () => void;
}

export function StepPanel({ step, url, inHand, mayChange, onOpenDetails }: StepPanelProps): ReactElement {
  const styles = useStyles();
  const [isAsked, setAsked] = useState(false);
  const { validation, isRunning, start } = inHand;
  const checks = checksOf(step, validation);
  const isOurs = step.place.href.startsWith('#');
  return (
    <div className={styles.step}>
      <div>{step.why}</div>
      {!isOurs && (
        <div>
          Begin at <OutsideLink href={step.place.href}>{step.place.name}</OutsideLink>.
        </div>
      )}
      <ol className={styles.clicks}>
        {step.clicks.map((click) => (
          <li key={click}>{click}</li>
        ))}
      </ol>
      {step.values.length > 0 && (
        <ul className={styles.values} aria-label="To be entered there">
          {step.values.map(({ name, value }) => (
            <li key={name} className={styles.value}>
              <span className={styles.quiet}>{name}</span>
              <span className={styles.text}>{value}</span>
              <CopyButton text={value} what={name} />
            </li>
          ))}
        </ul>
      )}
      <div>
        <strong>Then:</strong> {step.afterwards}
      </div>
      <div className={styles.beware}>
        <strong>Beware:</strong> {step.beware}
      </div>
      {mayChange && (
        <div className={styles.actions}>
          {step.name === 'enter' && (
            <Button appearance="primary" onClick={onOpenDetails}>
              Open Connection details
            </Button>
          )}
          <Button
            icon={isRunning ? <Spinner size="tiny" /> : <ShieldCheckmark20Regular />}
            disabledFocusable={isRunning}
            onClick={() => {
              setAsked(true);
              start();
            }}
          >
            {isRunning ? 'Checking…' : 'Check this step now'}
          </Button>
        </div>
      )}
      {checks.length > 0 && (
        <ol className={styles.checks} aria-label={`Checks of: ${step.title}`}>
          {checks.map((check) => (
            <CheckRow
              key={check.check}
              check={check}
              instanceUrl={url}
              onOpenDetails={mayChange ? onOpenDetails : undefined}
              onRunAgain={mayChange && !isRunning ? start : undefined}
            />
          ))}
        </ol>
      )}
      <div role="status">
        {isAsked &&
          !isRunning &&
          validation &&
          checks.length === 0 &&
          'The checks did not come as far as this step: an earlier one failed. Mend that one first.'}
      </div>
    </div>
  );
}
