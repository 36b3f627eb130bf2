/** One incident: what happened, what to do, whom it concerns, and what became of it. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useParams } from 'react-router';
import type { IncidentDetail } from '@leads/contracts/portal-api';
import { toProblem } from '../api/api-problem.ts';
import { NotFoundPage } from '../frames/not-found-page.tsx';
import { Page } from '../frames/page.tsx';
import { leadsAddress } from '../leads/leads-address.ts';
import { ReplayProgress } from '../leads/replay-progress.tsx';
import { Fact, Facts } from '../pieces/facts.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { kindWords } from '../pieces/problem-words.ts';
import { StateBadge } from '../pieces/state-badge.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { Time } from '../pieces/time.tsx';
import { countWords } from '../pieces/time-words.ts';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { plainList, quiet } from '../theme/looks.ts';
import { NARROW } from '../theme/screen.ts';
import { IncidentActions } from './incident-actions.tsx';
import { incidentQuery } from './incident-queries.ts';
import { endWords, incidentWords, stepsOf, transitionWords } from './incident-words.ts';

const useStyles = makeStyles({
  columns: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 3fr) minmax(0, 2fr)',
    alignItems: 'start',
    gap: tokens.spacingHorizontalL,
    [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  column: { display: 'flex', flexDirection: 'column', gap: tokens.spacingHorizontalL, minWidth: 0 },
  words: { maxWidth: '75ch', overflowWrap: 'anywhere' },
  steps: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    margin: 0,
    paddingLeft: tokens.spacingHorizontalXL,
    maxWidth: '75ch',
    overflowWrap: 'anywhere',
  },
  list: { ...plainList, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  quiet,
});

const back = { to: '/incidents', text: 'Incidents' };

export function IncidentPage(): ReactElement {
  const { incidentId = '' } = useParams();
  const { data: incident, error, refetch } = useQuery(incidentQuery(incidentId));
  if (!incident && error && toProblem(error).status === 404) return <NotFoundPage />;
  return (
    <Page
      title={incident ? kindWords(incident.kind) : 'Incident'}
      back={back}
      intro={incident && <StateBadge {...incidentWords[incident.state]} />}
      actions={incident && <IncidentActions incident={incident} />}
    >
      <ReplayProgress />
      {error && <ProblemBar problem={error} onRetry={refetch} />}
      {!incident && !error && <RowsSkeleton what="the incident" rows={4} />}
      {incident && <Parts incident={incident} />}
    </Page>
  );
}

function Parts({ incident }: { incident: IncidentDetail }): ReactElement {
  const styles = useStyles();
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        <Section title="What is the matter">
          <div className={styles.words}>{incident.what}</div>
        </Section>
        {incident.state !== 'resolved' && <Remedy incident={incident} />}
        <Section title="What happened">
          <ol className={styles.list}>
            {incident.timeline.map((entry) => (
              <li key={`${entry.transition} ${entry.at}`}>
                <div className={styles.words}>{transitionWords(entry)}</div>
                <div className={styles.quiet}>
                  <Time at={entry.at} as="exact" />
                </div>
              </li>
            ))}
          </ol>
        </Section>
      </div>
      <Concerned incident={incident} />
    </div>
  );
}

function Remedy({ incident }: { incident: IncidentDetail }): ReactElement {
  const styles = useStyles();
  const { role } = useSession();
  const steps = stepsOf(incident);
  return (
    <Section
      title="What to do"
      intro={mayChange(role) ? undefined : 'An owner of your publisher can do this.'}
    >
      {steps.length > 1 ? (
        <ol className={styles.steps}>
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      ) : (
        <div className={styles.words}>{incident.remedy}</div>
      )}
      {incident.kind === 'posts-quarantined' && (
        <TextLink to="/kept-posts?state=kept" look="in-text">
          See the posts put aside
        </TextLink>
      )}
      {incident.kind === 'fields-unknown' && (
        <TextLink to="/kept-posts" look="in-text">
          See the fields
        </TextLink>
      )}
      <div className={styles.quiet}>{endWords(incident.kind)}</div>
    </Section>
  );
}

function Concerned({ incident }: { incident: IncidentDetail }): ReactElement {
  const styles = useStyles();
  const { role } = useSession();
  const { incidentId, since, resolvedAt, acknowledgedBy, resolvedBy, offers, leads } = incident;
  return (
    <Section title="What it concerns">
      <Facts>
        <Fact name="Since">
          <Time at={since} as="exact" />
        </Fact>
        {resolvedAt !== undefined && (
          <Fact name="Until">
            <Time at={resolvedAt} as="exact" />
          </Fact>
        )}
        <Fact name="Leads waiting">
          <Count count={leads.waiting} to={leadsAddress({ incidentId, state: 'pending' })} />
        </Fact>
        <Fact name="Leads dead">
          <Count count={leads.dead} to={leadsAddress({ incidentId, state: 'dead' })} />
        </Fact>
        {acknowledgedBy !== undefined && <Fact name="Acknowledged by">{acknowledgedBy}</Fact>}
        {resolvedBy !== undefined && <Fact name="Resolved by">{resolvedBy}</Fact>}
      </Facts>
      {offers.length > 0 && (
        <div>
          <div className={styles.quiet}>{countWords(offers.length, 'offer')}</div>
          <ul className={styles.list} aria-label="Offers">
            {offers.map(({ connectionId, title, publisher }) => (
              <li key={connectionId}>
                <TextLink to={`/offers/${connectionId}`}>{title}</TextLink>
                {role === 'operator' && <div className={styles.quiet}>{publisher.name}</div>}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Section>
  );
}

function Count({ count, to }: { count: number; to: string }): ReactElement {
  return count === 0 ? <>0</> : <TextLink to={to}>{count.toLocaleString('en')}</TextLink>;
}
