/** The leads that a filter shows, with what can be done with them. */
import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
} from '@fluentui/react-components';
import { People24Regular, Search24Regular } from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import { EmptyState } from '../pieces/empty-state.tsx';
import { LinkButton } from '../pieces/link-button.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { ShowMore } from '../pieces/show-more.tsx';
import { countWords } from '../pieces/time-words.ts';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { card, plainList } from '../theme/looks.ts';
import { isEmpty, type LeadFilter } from './lead-filter.ts';
import { LeadRow } from './lead-row.tsx';
import { ReplayBar } from './replay-bar.tsx';
import { useLeadList } from './use-lead-list.ts';
import { useSelection } from './use-selection.ts';

const useStyles = makeStyles({ list: { ...plainList, ...card, overflow: 'hidden' } });

export interface LeadListProps {
  filter: LeadFilter;
  onClear: () => void;
}

export function LeadList({ filter, onClear }: LeadListProps): ReactElement {
  const styles = useStyles();
  const { role } = useSession();
  const { list, leads, newLeads, standStill, showNew } = useLeadList(filter);
  const selection = useSelection(leads ?? []);
  const isSelecting = mayChange(role) && selection.selectable.length > 0;
  const problem = list.error && <ProblemBar problem={list.error} onRetry={list.refetch} />;
  if (!leads) return problem ?? <RowsSkeleton what="the leads" rows={8} />;
  if (leads.length === 0) return <NoLeads filter={filter} onClear={onClear} />;
  return (
    <>
      {problem}
      {newLeads > 0 && <NewLeadsBar count={newLeads} onShow={showNew} />}
      {isSelecting && <ReplayBar filter={filter} selection={selection} />}
      <ul className={styles.list} aria-label="Leads">
        {leads.map((lead) => (
          <LeadRow
            key={lead.leadId}
            lead={lead}
            showPublisher={role === 'operator'}
            selection={
              isSelecting
                ? {
                    isSelected: selection.selected.includes(lead.leadId),
                    onChange: (isSelected) => selection.select(lead.leadId, isSelected),
                  }
                : undefined
            }
          />
        ))}
      </ul>
      <ShowMore
        list={list}
        onShowMore={standStill}
        addedBy={(page) => countWords(page.leads.length, 'more lead')}
      />
    </>
  );
}

function NewLeadsBar({ count, onShow }: { count: number; onShow: () => void }): ReactElement {
  return (
    <MessageBar politeness="polite">
      <MessageBarBody>
        {count === 1 ? '1 new lead has come.' : `${count.toLocaleString('en')} new leads have come.`}
      </MessageBarBody>
      <MessageBarActions>
        <Button onClick={onShow}>Show</Button>
      </MessageBarActions>
    </MessageBar>
  );
}

function NoLeads({ filter, onClear }: LeadListProps): ReactElement {
  if (!isEmpty(filter)) {
    return (
      <EmptyState
        icon={<Search24Regular />}
        title="No lead fits this filter"
        action={<Button onClick={onClear}>Clear filters</Button>}
      >
        Search looks in names, companies and e-mail addresses.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<People24Regular />}
      title="No lead has come yet"
      action={<LinkButton to="/offers">Go to the offers</LinkButton>}
    >
      Leads appear here by themselves, moments after the marketplace sends them. For that an offer must be
      connected and published, and its lead address must stand in Partner Center.
    </EmptyState>
  );
}
