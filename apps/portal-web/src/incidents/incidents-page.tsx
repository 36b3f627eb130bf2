/** Every incident, those that are open first: what is the matter, since when, where, and which leads it costs. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { CheckmarkCircle24Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { incidentsQuery } from '../api/incidents-query.ts';
import { Page } from '../frames/page.tsx';
import { EmptyState } from '../pieces/empty-state.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { plainList } from '../theme/looks.ts';
import { IncidentRow } from './incident-row.tsx';

const useStyles = makeStyles({
  list: { ...plainList, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
});

export function IncidentsPage(): ReactElement {
  const styles = useStyles();
  const { data, error, refetch } = useQuery(incidentsQuery);
  return (
    <Page title="Incidents" intro="What keeps leads from Dynamics 365, or soon may: one incident a cause.">
      {error && <ProblemBar problem={error} onRetry={refetch} />}
      {!data && !error && <RowsSkeleton what="the incidents" rows={4} />}
      {data?.incidents.length === 0 && (
        <EmptyState icon={<CheckmarkCircle24Regular />} title="No incident">
          Should something keep leads from being written, it appears here with what to do, and the contacts of
          the offers get one mail.
        </EmptyState>
      )}
      {data && data.incidents.length > 0 && (
        <ul className={styles.list} aria-label="Incidents">
          {data.incidents.map((incident) => (
            <IncidentRow key={incident.incidentId} incident={incident} />
          ))}
        </ul>
      )}
    </Page>
  );
}
