/** One lead: who it is, what became of it and when, and what the marketplace sent. */
import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  tokens,
} from '@fluentui/react-components';
import { ArrowRepeatAll20Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useParams } from 'react-router';
import { CONNECTION_DELETED, countryName } from '@leads/contracts';
import type { LeadDetail } from '@leads/contracts/portal-api';
import { toProblem } from '../api/api-problem.ts';
import { Fact, Facts } from '../pieces/facts.tsx';
import { OutsideLink } from '../pieces/outside-link.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { LeadStateBadge, TestBadge } from '../pieces/state-badge.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { NotFoundPage } from '../frames/not-found-page.tsx';
import { Page } from '../frames/page.tsx';
import { NARROW } from '../theme/screen.ts';
import { actionWords } from './action-words.ts';
import { leadQuery } from './lead-queries.ts';
import { nameOf } from './lead-row.tsx';
import { OriginalBody } from './original-body.tsx';
import { Rescue } from './rescue.tsx';
import { ReplayDialog } from './replay-dialog.tsx';
import { ReplayProgress } from './replay-progress.tsx';
import { UnknownFields } from './unknown-fields.tsx';
import { WholeTimeline } from './whole-timeline.tsx';

const useStyles = makeStyles({
  intro: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  columns: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 3fr) minmax(0, 2fr)',
    alignItems: 'start',
    gap: tokens.spacingHorizontalL,
    [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
});

const back = { to: '/leads', text: 'Leads' };

export function LeadPage(): ReactElement {
  const { leadId = '' } = useParams();
  const { data: lead, error, refetch } = useQuery(leadQuery(leadId));
  if (lead) return <Lead lead={lead} problem={error} onRetry={refetch} />;
  if (error && toProblem(error).status === 404) return <NotFoundPage />;
  return (
    <Page title="Lead" back={back}>
      {error ? <ProblemBar problem={error} onRetry={refetch} /> : <RowsSkeleton what="the lead" rows={5} />}
    </Page>
  );
}

interface LeadProps {
  lead: LeadDetail;
  /** Why what is shown may be out of date. */
  problem: unknown;
  onRetry: () => unknown;
}

function Lead({ lead, problem, onRetry }: LeadProps): ReactElement {
  const styles = useStyles();
  const { role } = useSession();
  const [isReplaying, setReplaying] = useState(false);
  const { customer, description, leadSource } = lead.lead;
  return (
    <Page
      title={nameOf(lead)}
      back={back}
      intro={
        <div className={styles.intro}>
          <LeadStateBadge {...lead} />
          {lead.isTest && <TestBadge />}
          {lead.crmUrl !== undefined && <OutsideLink href={lead.crmUrl}>Open in Dynamics 365</OutsideLink>}
        </div>
      }
      actions={
        lead.state === 'dead' && lead.reason?.cause !== CONNECTION_DELETED && mayChange(role) ? (
          <Button appearance="primary" icon={<ArrowRepeatAll20Regular />} onClick={() => setReplaying(true)}>
            Replay
          </Button>
        ) : undefined
      }
    >
      <ReplayProgress />
      {problem !== null && problem !== undefined && <ProblemBar problem={problem} onRetry={onRetry} />}
      <Held lead={lead} />
      <Rescue lead={lead} />
      <div className={styles.columns}>
        <Section title="What happened">
          <WholeTimeline lead={lead} />
        </Section>
        <Section title="Customer">
          <Facts>
            <Fact name="Name">{told(lead.name)}</Fact>
            <Fact name="Company">{told(lead.company)}</Fact>
            <Fact name="Title">{told(customer.title)}</Fact>
            <Fact name="E-mail">{told(lead.email)}</Fact>
            <Fact name="Phone">{told(customer.phone)}</Fact>
            <Fact name="Country">{told(countryName(lead.country))}</Fact>
            <Fact name="Did">{actionWords(lead.actionCode)}</Fact>
            <Fact name="Offer">
              <TextLink to={`/offers/${lead.connectionId}`}>{lead.offerTitle || 'Not named'}</TextLink>
            </Fact>
            <Fact name="Lead source">{told(leadSource)}</Fact>
            {role === 'operator' && <Fact name="Publisher">{lead.publisher.name}</Fact>}
            {description !== '' && <Fact name="Description">{description}</Fact>}
            <Fact name="Lead ID">{lead.leadId}</Fact>
          </Facts>
          <UnknownFields fields={lead.unknownFields} />
        </Section>
      </div>
      <OriginalBody original={lead.original} bytes={lead.originalBytes} />
      {isReplaying && (
        <ReplayDialog
          order={{ leadIds: [lead.leadId] }}
          what="this lead"
          onClose={() => setReplaying(false)}
        />
      )}
    </Page>
  );
}

/** What keeps it from being written, where that is not its own matter. */
function Held({ lead: { waitsFor, incidentId } }: { lead: LeadDetail }): ReactElement | undefined {
  const incident = incidentId !== undefined && (
    <TextLink to={`/incidents/${incidentId}`} look="in-text">
      See the incident
    </TextLink>
  );
  if (!waitsFor && !incident) return undefined;
  return (
    <MessageBar intent={waitsFor ? 'info' : 'warning'} layout="multiline" politeness="polite">
      <MessageBarBody>
        {waitsFor ? (
          <>
            <MessageBarTitle>{waitsFor.what}</MessageBarTitle>
            It waits for that, is kept safe, and is written afterwards. {incident || waitsFor.remedy}
          </>
        ) : (
          <>
            <MessageBarTitle>It is dead because of an incident.</MessageBarTitle>
            Mended and replayed once there, it goes with all others of the same cause. {incident}
          </>
        )}
      </MessageBarBody>
    </MessageBar>
  );
}

function told(text: string): string {
  return text === '' ? '—' : text;
}
