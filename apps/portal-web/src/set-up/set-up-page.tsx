/** The guided set-up: every page and button on the way, and whether each step is done. */
import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  makeStyles,
  ProgressBar,
  tokens,
} from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useParams } from 'react-router';
import type { Offer } from '@leads/contracts/portal-api';
import type { Versioned } from '../api/api.ts';
import type { Connection } from '../offers/connection.ts';
import { connectionQuery, offerQuery } from '../offers/offer-queries.ts';
import { ConnectionDetails } from '../offers/open-details.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { StateBadge } from '../pieces/state-badge.tsx';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { Page } from '../shell/page.tsx';
import { useValidation } from '../validate/use-validation.ts';
import { factsOf, stepWords } from './set-up-words.ts';
import { stateOf, stepsFor } from './set-up-steps.ts';
import { StepPanel } from './step-panel.tsx';

const useStyles = makeStyles({
  progress: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS, maxWidth: '480px' },
  item: {
    borderRadius: tokens.borderRadiusXLarge,
    border: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    marginBottom: tokens.spacingVerticalM,
  },
  header: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    paddingBlock: tokens.spacingVerticalS,
    fontWeight: tokens.fontWeightSemibold,
  },
});

export function SetUpPage(): ReactElement {
  const { connectionId = '' } = useParams();
  const offer = useQuery(offerQuery(connectionId, useQueryClient()));
  const connection = useQuery(connectionQuery(connectionId));
  if (offer.data && connection.data) return <SetUp offer={offer.data} connection={connection.data} />;
  const problem = offer.error ?? connection.error;
  return (
    <Page title="Guided set-up" back={{ to: '/offers', text: 'Offers' }}>
      {problem ? (
        <ProblemBar problem={problem} onRetry={() => Promise.all([offer.refetch(), connection.refetch()])} />
      ) : (
        <RowsSkeleton what="the guided set-up" rows={7} />
      )}
    </Page>
  );
}

function SetUp({ offer, connection }: { offer: Offer; connection: Versioned<Connection> }): ReactElement {
  const styles = useStyles();
  const { role } = useSession();
  const { connectionId } = offer;
  const inHand = useValidation(connectionId);
  const [isEditing, setEditing] = useState(false);
  const steps = stepsFor(factsOf(connection.value));
  const states = steps.map((step) => stateOf(step, inHand.validation));
  const done = states.filter((state) => state === 'done').length;
  const next = steps[states.findIndex((state) => state !== 'done')]?.name ?? 'publish';
  // Once a person has opened or closed a step, it stays as they left it.
  const [chosen, setChosen] = useState<readonly unknown[]>();
  const open = chosen ?? (inHand.validation === undefined ? [] : [next]);
  const may = mayChange(role);
  return (
    <Page
      title="Guided set-up"
      back={{ to: `/offers/${connectionId}`, text: offer.offer.title }}
      intro="From nothing to the first lead in Dynamics 365, page by page. The first time takes about twenty minutes; you need an administrator of your directory and of your Dynamics 365, or to be one."
    >
      <div className={styles.progress}>
        <span>
          {done} of {steps.length} steps done, as far as the newest Validate tells
        </span>
        <ProgressBar value={done / steps.length} thickness="large" aria-label="Steps done" />
      </div>
      {inHand.problem && <ProblemBar problem={inHand.problem} />}
      <Accordion
        multiple
        collapsible
        openItems={[...open]}
        onToggle={(_, { openItems }) => setChosen(openItems)}
      >
        {steps.map((step, index) => (
          <AccordionItem key={step.name} value={step.name} className={styles.item}>
            <AccordionHeader as="h2">
              <span className={styles.header}>
                {index + 1}. {step.title}
                <StateBadge {...stepWords[states[index] ?? 'open']} />
              </span>
            </AccordionHeader>
            <AccordionPanel>
              <StepPanel
                step={step}
                url={offer.url}
                inHand={inHand}
                mayChange={may}
                onOpenDetails={() => setEditing(true)}
              />
            </AccordionPanel>
          </AccordionItem>
        ))}
      </Accordion>
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
