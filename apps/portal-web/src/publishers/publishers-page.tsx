/** For operators: who asks to be a publisher, to be approved or refused, publishers' mail domains and use of limits. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { Building24Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { PublisherRequests } from '@leads/contracts/portal-api';
import { read } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import { Page } from '../frames/page.tsx';
import { EmptyState } from '../pieces/empty-state.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { mayOperate } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { plainList } from '../theme/looks.ts';
import { DomainsSection } from './domains-section.tsx';
import { RequestCard } from './request-card.tsx';
import { UsageSection } from './usage-section.tsx';

const useStyles = makeStyles({
  list: { ...plainList, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
});

export function PublishersPage(): ReactElement {
  const { role } = useSession();
  return (
    <Page
      title="Publishers"
      intro="Who asks to be a publisher. Whoever is approved connects offers, and sees the leads of their publisher ID."
    >
      {mayOperate(role) ? (
        <>
          <Requests />
          <DomainsSection />
          <UsageSection />
        </>
      ) : (
        <EmptyState icon={<Building24Regular />} title="Operators see this">
          Ask the operators of this system about your publisher.
        </EmptyState>
      )}
    </Page>
  );
}

function Requests(): ReactElement {
  const styles = useStyles();
  const { data, error, refetch } = useQuery({
    queryKey: keys.publisherRequests,
    queryFn: ({ signal }) => read<PublisherRequests>('/api/publisher-requests', signal),
  });
  if (error && !data) return <ProblemBar problem={error} onRetry={refetch} />;
  if (!data) return <RowsSkeleton what="the requests" rows={3} />;
  if (data.requests.length === 0) {
    return (
      <EmptyState icon={<Building24Regular />} title="Nobody waits for approval">
        When an owner of a new directory names their publisher, the request appears here.
      </EmptyState>
    );
  }
  return (
    <ul className={styles.list} aria-label="Requests">
      {data.requests.map((request) => (
        <RequestCard key={request.directoryId} request={request} />
      ))}
    </ul>
  );
}
