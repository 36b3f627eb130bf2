/** The guided set-up: every page and button on the way, and whether each step is done. */
import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  makeStyles,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  ProgressBar,
  tokens,
} from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type ReactElement } from 'react';
import { useParams } from 'react-router';
import type { Offer, Validation } from '@leads/contracts/portal-api';
import type { GuideStep } from '@leads/contracts/validation';
import type { Versioned } from '../api/api.ts';
import type { Connection } from '../offers/connection.ts';
import { connectionQuery, offerQuery } from '../offers/offer-queries.ts';
import { ConnectionDetails } from '../offers/open-details.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { StateBadge } from '../pieces/state-badge.tsx';
import { Time } from '../pieces/time.tsx';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { Page } from '../frames/page.tsx';
import { useValidation } from '../validate/use-validation.ts';
import { card, quiet } from '../theme/looks.ts';
import { PublishPart } from './publish-part.tsx';
import { stepsFor } from './set-up-steps.ts';
import { factsOf, stepWords } from './set-up-words.ts';
import { StepCheck } from './step-check.tsx';
import { StepPanel } from './step-panel.tsx';
import { nextOf, readSteps, type StepReading } from './step-readings.ts';

const useStyles = makeStyles({
  progress: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS, maxWidth: '480px' },
  quiet,
  item: {
    ...card,
    marginBottom: tokens.spacingVerticalM,
  },
  header: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    paddingBlock: tokens.spacingVerticalS,
    fontWeight: tokens.fontWeightSemibold,
  },
});

const TITLE = 'Guided set-up';

export function SetUpPage(): ReactElement {
  const { connectionId = '' } = useParams();
  const offer = useQuery(offerQuery(connectionId, useQueryClient()));
  const connection = useQuery(connectionQuery(connectionId));
  if (offer.data && connection.data) {
    return <SetUp key={connectionId} offer={offer.data} connection={connection.data} />;
  }
  const problem = offer.error ?? connection.error;
  return (
    <Page title={TITLE} back={{ to: '/offers', text: 'Offers' }}>
      {problem ? (
        <ProblemBar problem={problem} onRetry={() => Promise.all([offer.refetch(), connection.refetch()])} />
      ) : (
        <RowsSkeleton what="the guided set-up" rows={7} />
      )}
    </Page>
  );
}

interface SetUpProps {
  offer: Offer;
  connection: Versioned<Connection>;
}

function SetUp({ offer, connection }: SetUpProps): ReactElement {
  const { role } = useSession();
  const { connectionId } = offer;
  const newest = useValidation(connectionId);
  const [isEditing, setEditing] = useState(false);
  const { validation, problem } = newest;
  const { authentication } = connection.value;
  const readings = readSteps(stepsFor(factsOf(connection.value)), validation, offer.state !== 'draft');
  const may = mayChange(role);
  const openDetails = may ? (): void => setEditing(true) : undefined;
  return (
    <Page
      title={TITLE}
      back={{ to: `/offers/${connectionId}`, text: offer.offer.title }}
      intro="From nothing to the first lead in Dynamics 365, page by page. You need to be an administrator of your directory and of your Dynamics 365, or to have one beside you."
    >
      {authentication === 'office-365' && <Office365Warning />}
      {!may && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>
            You may read this. An owner of the publisher enters the details and runs the checks.
          </MessageBarBody>
        </MessageBar>
      )}
      {validation === undefined ? (
        problem ? (
          <ProblemBar problem={problem} />
        ) : (
          <RowsSkeleton what="the newest Validate" rows={7} />
        )
      ) : (
        <>
          <Progress readings={readings} validation={validation} />
          <Steps
            readings={readings}
            panelOf={(reading, goTo) => (
              <StepPanel step={reading.step} onOpenDetails={openDetails}>
                <StepCheck
                  reading={reading}
                  readings={readings}
                  url={offer.url}
                  newest={newest}
                  mayRun={may}
                  onOpenDetails={openDetails}
                  onGoTo={goTo}
                />
                {reading.step.name === 'publish' && may && (
                  <PublishPart offer={offer} addressSetAt={connection.value.leadAddressSetAt} />
                )}
              </StepPanel>
            )}
          />
        </>
      )}
      {isEditing && (
        <ConnectionDetails
          saved={connection}
          publishers={[offer.publisher]}
          onClose={() => setEditing(false)}
          onSaved={() => setEditing(false)}
        />
      )}
    </Page>
  );
}

function Office365Warning(): ReactElement {
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>This connection signs in with Office 365.</MessageBarTitle>
        That takes fewer steps and breaks sooner: when multi-factor authentication is required of the user,
        and whenever its password is not renewed within 90 days. Leads wait then; none is lost. With Azure
        Active Directory as the authentication, this page tells of the application that does not have these
        faults.
      </MessageBarBody>
    </MessageBar>
  );
}

interface ProgressProps {
  readings: readonly StepReading[];
  validation: Validation | null;
}

function Progress({ readings, validation }: ProgressProps): ReactElement {
  const styles = useStyles();
  const id = useId();
  const done = readings.filter(({ state }) => state === 'done').length;
  return (
    <div className={styles.progress}>
      <span id={id}>
        {done} of {readings.length} done
      </span>
      <ProgressBar value={done / readings.length} thickness="large" aria-labelledby={id} />
      <span className={styles.quiet}>
        {validation ? (
          <>
            As the Validate of <Time at={validation.startedAt} /> found it
          </>
        ) : (
          'There has been no Validate yet: check a step, and this fills'
        )}
      </span>
    </div>
  );
}

interface StepsProps {
  readings: readonly StepReading[];
  panelOf: (reading: StepReading, goTo: (name: GuideStep) => void) => ReactElement;
}

/** First the next step is open. Whatever a Validate finds later, steps stay open and closed as a person left them. */
function Steps({ readings, panelOf }: StepsProps): ReactElement {
  const styles = useStyles();
  const prefix = useId();
  const [open, setOpen] = useState<readonly unknown[]>(() => [nextOf(readings)?.step.name]);
  const goTo = (name: GuideStep): void => {
    setOpen((before) => [...before.filter((one) => one !== name), name]);
    document.getElementById(prefix + name)?.focus();
  };
  return (
    <Accordion multiple collapsible openItems={[...open]} onToggle={(_, { openItems }) => setOpen(openItems)}>
      {readings.map((reading) => (
        <AccordionItem key={reading.step.name} value={reading.step.name} className={styles.item}>
          <AccordionHeader as="h2" button={{ id: prefix + reading.step.name }}>
            <span className={styles.header}>
              {reading.number}. {reading.step.title}
              <StateBadge {...stepWords[reading.state]} />
            </span>
          </AccordionHeader>
          <AccordionPanel>{panelOf(reading, goTo)}</AccordionPanel>
        </AccordionItem>
      ))}
    </Accordion>
  );
}
