/** Validate: its button, and every check as it happens. */
import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  ProgressBar,
  tokens,
  useAnnounce,
} from '@fluentui/react-components';
import { ArrowClockwise20Regular, Open16Regular, ShieldCheckmark20Regular } from '@fluentui/react-icons';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { Offer, Validation } from '@leads/contracts/portal-api';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { Section } from '../pieces/section.tsx';
import { countWords, durationWords } from '../pieces/time-words.ts';
import { Time } from '../pieces/time.tsx';
import { CheckList } from './check-list.tsx';
import { RunningTimer } from './running-timer.tsx';
import type { NewestValidation } from './use-validation.ts';
import { headline, newsOf, progressOf } from './validation-progress.ts';

const useStyles = makeStyles({
  progress: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS },
  headline: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    columnGap: tokens.spacingHorizontalM,
    color: tokens.colorNeutralForeground2,
    fontVariantNumeric: 'tabular-nums',
  },
});

export interface ValidateSectionProps {
  offer: Pick<Offer, 'url' | 'state'>;
  /** From `useValidation`. */
  newest: NewestValidation;
  /** Whether the person may run checks. */
  mayRun: boolean;
  /** Whether the page has a button for the first one elsewhere. */
  isOfferedAbove?: boolean;
  onOpenDetails?: (() => void) | undefined;
}

export function ValidateSection(props: ValidateSectionProps): ReactElement {
  const { offer, newest, mayRun, isOfferedAbove = false, onOpenDetails } = props;
  const { validation, isRunning, start, problem } = newest;
  useNews(validation);
  const button = (
    <Button
      appearance={validation ? 'secondary' : 'primary'}
      icon={validation ? <ArrowClockwise20Regular /> : <ShieldCheckmark20Regular />}
      disabledFocusable={isRunning}
      onClick={start}
    >
      {isRunning ? 'Validating…' : validation ? 'Run again' : 'Validate'}
    </Button>
  );
  return (
    <Section
      title="Validate"
      anchor="validate"
      intro="Checks every link from the URL to a test lead that is found again in Dynamics. Takes some seconds."
      actions={mayRun && !isOfferedAbove ? button : undefined}
    >
      {problem && <ProblemBar problem={problem} />}
      {validation === undefined && !problem && <RowsSkeleton what="the newest Validate" rows={2} />}
      {validation && (
        <Checks
          key={validation.validationId}
          validation={validation}
          offer={offer}
          onOpenDetails={onOpenDetails}
          onRunAgain={mayRun && !isRunning ? start : undefined}
        />
      )}
    </Section>
  );
}

interface ChecksProps {
  validation: Validation;
  offer: Pick<Offer, 'url' | 'state'>;
  onOpenDetails: (() => void) | undefined;
  onRunAgain: (() => void) | undefined;
}

function Checks({ validation, offer, onOpenDetails, onRunAgain }: ChecksProps): ReactElement {
  const { checks, finishedAt } = validation;
  // What passed some time ago need not be read again; what passes before one's eyes stays there.
  const [showsPassed, setShowsPassed] = useState(finishedAt === undefined);
  const shown = checks.filter(({ status }) => showsPassed || status !== 'passed');
  const hidden = checks.length - shown.length;
  return (
    <>
      <Outcome validation={validation} state={offer.state} />
      <CheckList
        label="Checks"
        checks={shown}
        instanceUrl={offer.url}
        onOpenDetails={onOpenDetails}
        onRunAgain={onRunAgain}
      />
      {hidden > 0 && (
        <div>
          <Button appearance="transparent" onClick={() => setShowsPassed(true)}>
            Show the {countWords(hidden, 'check')} that passed
          </Button>
        </div>
      )}
    </>
  );
}

function Outcome({ validation, state }: { validation: Validation; state: Offer['state'] }): ReactElement {
  const styles = useStyles();
  const { checks, startedAt, finishedAt, testLead } = validation;
  const progress = progressOf(validation);
  if (progress === 'running' || finishedAt === undefined) {
    const ended = checks.filter(({ status }) => status !== 'running').length;
    return (
      <div className={styles.progress}>
        <ProgressBar aria-label="Validating" />
        <div className={styles.headline}>
          <span>{checks.length === 0 ? 'Beginning…' : `${countWords(ended, 'check')} done`}</span>
          <RunningTimer />
        </div>
      </div>
    );
  }
  const took = durationWords(Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)));
  const isPassed = progress !== 'failed';
  return (
    <MessageBar
      intent={progress === 'passed' ? 'success' : isPassed ? 'warning' : 'error'}
      layout="multiline"
      politeness="polite"
    >
      <MessageBarBody>
        <MessageBarTitle>{headline(validation)}.</MessageBarTitle>
        {isPassed
          ? state === 'draft'
            ? 'The connection works. Publish it, so that leads are written. '
            : 'Leads are written. '
          : 'Mend what failed as told below, then run the checks again. Leads that are taken in wait meanwhile; none is lost. '}
        Finished <Time at={finishedAt} />, in {took}.
      </MessageBarBody>
      {testLead?.crmUrl !== undefined && (
        <MessageBarActions>
          <Button
            as="a"
            href={testLead.crmUrl}
            target="_blank"
            rel="noreferrer"
            icon={<Open16Regular />}
            iconPosition="after"
          >
            Open the test lead in Dynamics
          </Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}

/** Tells a screen reader what has ended, as it does; not what had ended before the page was opened. */
function useNews(validation: Validation | null | undefined): void {
  const { announce } = useAnnounce();
  const told = useRef<Validation | undefined>(undefined);
  const hasLooked = useRef(false);
  useEffect(() => {
    if (validation === undefined) return;
    const news = validation && hasLooked.current ? newsOf(told.current, validation) : '';
    hasLooked.current = true;
    told.current = validation ?? undefined;
    if (news !== '') announce(news);
  }, [validation, announce]);
}
