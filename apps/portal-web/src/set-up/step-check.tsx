/** "Check this step now", and what a Validate found of the step. */
import { Button, makeStyles } from '@fluentui/react-components';
import { ArrowRight20Regular, ShieldCheckmark20Regular } from '@fluentui/react-icons';
import { useState, type ReactElement } from 'react';
import { BusyButton } from '../pieces/busy-button.tsx';
import type { GuideStep } from '@leads/contracts/validation';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { CheckList } from '../validate/check-list.tsx';
import type { NewestValidation } from '../validate/use-validation.ts';
import { buttonRow } from '../theme/looks.ts';
import { stepWords } from './set-up-words.ts';
import { blockerOf, nextOf, type StepReading } from './step-readings.ts';

const useStyles = makeStyles({
  actions: buttonRow,
});

export interface StepCheckProps {
  reading: StepReading;
  /** Of all steps. */
  readings: readonly StepReading[];
  /** Of the Dynamics 365 instance. */
  url: string;
  newest: NewestValidation;
  /** Whether the person may run checks. */
  mayRun: boolean;
  onOpenDetails: (() => void) | undefined;
  /** Opens another step. */
  onGoTo: (name: GuideStep) => void;
}

export function StepCheck(props: StepCheckProps): ReactElement {
  const { reading, readings, url, newest, mayRun, onOpenDetails, onGoTo } = props;
  const { step, checks, state } = reading;
  const { validation, isRunning, start, problem } = newest;
  const styles = useStyles();
  // Which Validate was the newest when this step was to be checked: the answer is in a newer one.
  const [askedAfter, setAskedAfter] = useState<string>();
  const hasAnswer =
    askedAfter !== undefined && !isRunning && !!validation && validation.validationId !== askedAfter;
  const check = (): void => {
    setAskedAfter(validation?.validationId ?? '');
    start();
  };
  const blocker = blockerOf(reading, readings);
  const next = state === 'done' ? nextOf(readings) : blocker;
  return (
    <>
      {mayRun && (
        <div className={styles.actions}>
          <BusyButton isBusy={isRunning} icon={<ShieldCheckmark20Regular />} onClick={check}>
            {isRunning ? 'Checking…' : 'Check this step now'}
          </BusyButton>
        </div>
      )}
      {askedAfter !== undefined && problem && <ProblemBar problem={problem} />}
      <div role="status">{hasAnswer && answerWords(reading, blocker)}</div>
      <CheckList
        label={`Checks of: ${step.title}`}
        checks={checks}
        instanceUrl={url}
        onOpenDetails={onOpenDetails}
        onRunAgain={mayRun && !isRunning ? check : undefined}
      />
      {next && next.step !== step && (
        <div>
          <Button
            appearance={blocker || !hasAnswer ? 'secondary' : 'primary'}
            icon={<ArrowRight20Regular />}
            iconPosition="after"
            onClick={() => onGoTo(next.step.name)}
          >
            {blocker ? 'Mend first' : 'Go on with'} {next.number}. {next.step.title}
          </Button>
        </div>
      )}
    </>
  );
}

function answerWords({ state, step, checks }: StepReading, blocker: StepReading | undefined): string {
  switch (state) {
    case 'done':
      return 'This step is done.';
    case 'failed':
      return 'This step is not right yet. What failed, why, and what to do is told below.';
    case 'warned':
      return 'Something is different from what is told here. The warning below says whether it matters.';
    case 'checking':
      return stepWords.checking.meaning;
    case 'open':
      if (blocker)
        return `The checks ended before this step, because step ${blocker.number} is not right yet.`;
      return step.name === 'publish' && checks.length > 0
        ? 'The test lead arrived. Publish now.'
        : 'The checks ended before this step. Check it again.';
  }
}
