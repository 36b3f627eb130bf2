/** What is left to do until the leads of a new connection flow, with the next thing in front. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { CheckmarkCircle20Filled, Circle20Regular } from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import type { Offer } from '@leads/contracts/portal-api';
import { LinkButton } from '../pieces/link-button.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import type { NewestValidation } from '../validate/use-validation.ts';
import { plainList } from '../theme/looks.ts';
import { PHONE } from '../theme/screen.ts';
import { usePublish } from './use-publish.ts';

const useStyles = makeStyles({
  steps: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    ...plainList,
  },
  step: {
    display: 'grid',
    gridTemplateColumns: '20px minmax(0, 1fr) auto',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    [PHONE]: { gridTemplateColumns: '20px minmax(0, 1fr)' },
  },
  action: { [PHONE]: { gridColumn: 2, justifySelf: 'start' } },
  name: { fontWeight: tokens.fontWeightSemibold },
  quiet: { color: tokens.colorNeutralForeground2 },
  done: { color: tokens.colorStatusSuccessForeground1 },
  open: { color: tokens.colorNeutralForeground3 },
});

export interface NextStepsProps {
  offer: Offer;
  newest: NewestValidation;
}

export function NextSteps({ offer, newest }: NextStepsProps): ReactElement {
  const styles = useStyles();
  const { publish, isPending, error } = usePublish(offer.connectionId);
  const { validation, isRunning, start } = newest;
  const isValidated = validation?.passed === true;
  const steps = [
    { name: 'Connect', words: 'The connection details are saved.', isDone: true },
    {
      name: 'Validate',
      words: isValidated
        ? 'The test lead arrived in Dynamics.'
        : 'See whether a lead can get from here into Dynamics.',
      isDone: isValidated,
      // Once there is one, its own part of the page has the button to run it again.
      action: validation ? undefined : (
        <Button
          appearance="primary"
          disabledFocusable={isRunning}
          onClick={() => {
            start();
            toValidate();
          }}
        >
          Validate
        </Button>
      ),
    },
    {
      name: 'Publish',
      words: 'From then on leads are written. What comes before is held until then.',
      isDone: false,
      action: (
        <Button
          appearance={isValidated ? 'primary' : 'secondary'}
          disabledFocusable={isPending}
          onClick={publish}
        >
          Publish
        </Button>
      ),
    },
    {
      name: 'Paste the address into Partner Center',
      words: 'It is under “Address for Partner Center” on this page.',
      isDone: false,
    },
  ];
  return (
    <Section
      title="Next steps"
      actions={
        <LinkButton to={`/offers/${offer.connectionId}/set-up`} size="small">
          Guided set-up
        </LinkButton>
      }
    >
      {error && <ProblemBar problem={error} />}
      <ol className={styles.steps}>
        {steps.map(({ name, words, isDone, action }) => (
          <li key={name} className={styles.step}>
            {isDone ? (
              <CheckmarkCircle20Filled className={styles.done} aria-label="Done" />
            ) : (
              <Circle20Regular className={styles.open} aria-label="To do" />
            )}
            <div>
              <div className={styles.name}>{name}</div>
              <div className={styles.quiet}>{words}</div>
            </div>
            {action && <div className={styles.action}>{action}</div>}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function toValidate(): void {
  document.getElementById('validate')?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
}
