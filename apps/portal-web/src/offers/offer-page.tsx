/** Offer setup: one offer, where its customer leads go, and how that is. */
import { makeStyles, MessageBar, MessageBarBody, MessageBarTitle, tokens } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useParams } from 'react-router';
import type { Offer } from '@leads/contracts/portal-api';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { kindWords, leadsWords } from '../pieces/problem-words.ts';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { HealthBadge } from '../pieces/state-badge.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { Time } from '../pieces/time.tsx';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { Page } from '../frames/page.tsx';
import { useGo } from '../frames/use-go.ts';
import { useValidation } from '../validate/use-validation.ts';
import { ValidateSection } from '../validate/validate-section.tsx';
import { CustomerLeadsSection } from './customer-leads-section.tsx';
import { EarlierAddressesSection } from './earlier-addresses-section.tsx';
import { LeadAddressSection } from './lead-address-section.tsx';
import { LeadCounts } from './lead-counts.tsx';
import { NextSteps } from './next-steps.tsx';
import { connectionQuery, offerQuery } from './offer-queries.ts';
import { ConnectionDetails } from './open-details.tsx';
import { VersionsSection } from './versions-section.tsx';

const useStyles = makeStyles({
  columns: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    alignItems: 'start',
    gap: tokens.spacingHorizontalL,
    '@media (min-width: 1280px)': { gridTemplateColumns: 'minmax(0, 1fr) 360px' },
  },
  column: { display: 'flex', flexDirection: 'column', gap: tokens.spacingHorizontalL, minWidth: 0 },
  id: { fontFamily: tokens.fontFamilyMonospace, overflowWrap: 'anywhere' },
});

const back = { to: '/offers', text: 'Offers' };

export function OfferPage(): ReactElement {
  const { connectionId = '' } = useParams();
  const { data: offer, error, refetch } = useQuery(offerQuery(connectionId, useQueryClient()));
  if (!offer) {
    return (
      <Page title="Offer setup" back={back}>
        {error ? (
          <ProblemBar problem={error} onRetry={refetch} />
        ) : (
          <RowsSkeleton what="the offer" rows={5} />
        )}
      </Page>
    );
  }
  return <Setup offer={offer} />;
}

function Setup({ offer }: { offer: Offer }): ReactElement {
  const styles = useStyles();
  const go = useGo();
  const { role } = useSession();
  const { connectionId, problem, state } = offer;
  const connection = useQuery(connectionQuery(connectionId));
  const newest = useValidation(connectionId);
  const [isEditing, setEditing] = useState(false);
  const may = mayChange(role);
  const hit = problem?.leads ?? { waiting: 0, dead: 0 };
  const openDetails = may && connection.data ? (): void => setEditing(true) : undefined;
  return (
    <Page
      title={offer.offer.title}
      back={back}
      intro={
        <>
          Offer setup · <span className={styles.id}>{offer.offer.id}</span>
          {role === 'operator' && ` · ${offer.publisher.name}`}
        </>
      }
      actions={<HealthBadge health={offer.health} />}
    >
      {problem && (
        <MessageBar
          intent={offer.health === 'failing' ? 'error' : 'warning'}
          layout="multiline"
          politeness="polite"
        >
          <MessageBarBody>
            <MessageBarTitle>
              {problem.kind === undefined ? problem.what : kindWords(problem.kind)}
            </MessageBarTitle>
            {problem.kind !== undefined && `${problem.what} `}
            {problem.remedy} Since <Time at={problem.since} />
            {hit.waiting + hit.dead > 0 && `: ${leadsWords(hit)}`}; leads are taken in meanwhile, and none is
            lost.{' '}
            {problem.incidentId !== undefined && (
              <TextLink to={`/incidents/${problem.incidentId}`} look="in-text">
                See the incident
              </TextLink>
            )}
          </MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.columns}>
        <div className={styles.column}>
          {state === 'draft' && may && <NextSteps offer={offer} newest={newest} />}
          <CustomerLeadsSection
            offer={offer}
            connection={connection.data?.value}
            problem={connection.error}
            onOpenDetails={openDetails}
            onDeleted={() => go('/offers')}
          />
          <ValidateSection
            offer={offer}
            newest={newest}
            mayRun={may}
            isOfferedAbove={state === 'draft' && may && !newest.validation}
            onOpenDetails={openDetails}
          />
        </div>
        <div className={styles.column}>
          <LeadCounts offer={offer} />
          {may && (
            <>
              <LeadAddressSection
                connectionId={connectionId}
                setAt={connection.data?.value.leadAddressSetAt}
              />
              <EarlierAddressesSection
                offer={offer}
                earlier={connection.data?.value.earlierAddresses ?? []}
              />
            </>
          )}
          <VersionsSection current={connection.data} mayRestore={may} />
        </div>
      </div>
      {isEditing && connection.data && (
        <ConnectionDetails
          saved={connection.data}
          publishers={[offer.publisher]}
          onClose={() => setEditing(false)}
          onSaved={() => setEditing(false)}
        />
      )}
    </Page>
  );
}
