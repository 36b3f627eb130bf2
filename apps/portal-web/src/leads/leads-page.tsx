/** Every lead, live: found by what it says, replayed where it is dead, exported. */
import type { ReactElement } from 'react';
import { Page } from '../frames/page.tsx';
import { LinkButton } from '../pieces/link-button.tsx';
import { useSession } from '../session/use-session.ts';
import { ExportButton } from './export-button.tsx';
import { FilterBar } from './filter-bar.tsx';
import { writeFilter } from './lead-filter.ts';
import { LeadList } from './lead-list.tsx';
import { ReplayProgress } from './replay-progress.tsx';
import { useLeadFilter } from './use-lead-filter.ts';

export function LeadsPage(): ReactElement {
  const [filter, setFilter] = useLeadFilter();
  const { role } = useSession();
  return (
    <Page
      title="Leads"
      intro="Every lead that the marketplace has sent, as it comes, and what became of it."
      actions={
        <>
          <LinkButton to="/kept-posts?state=kept">Posts put aside</LinkButton>
          <ExportButton filter={filter} />
        </>
      }
    >
      <ReplayProgress />
      <FilterBar filter={filter} onChange={setFilter} mayRescue={role === 'operator'} />
      <LeadList key={writeFilter(filter).toString()} filter={filter} onClear={() => setFilter({})} />
    </Page>
  );
}
