/** Every lead, live: found by what it says, replayed where it is dead, exported. */
import {
  Button,
  Checkbox,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  Spinner,
  tokens,
  useAnnounce,
} from '@fluentui/react-components';
import { ArrowRepeatAll20Regular, People24Regular, Search24Regular } from '@fluentui/react-icons';
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useState, type ReactElement } from 'react';
import { useSearchParams } from 'react-router';
import type { LeadSummary, ReplayOrder } from '@leads/contracts/portal-api';
import { keys } from '../api/keys.ts';
import { useLiveEvent } from '../api/use-live-event.ts';
import { EmptyState } from '../pieces/empty-state.tsx';
import { LinkButton } from '../pieces/link-button.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { countWords } from '../pieces/time-words.ts';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { Page } from '../shell/page.tsx';
import { ExportButton } from './export-button.tsx';
import { FilterBar } from './filter-bar.tsx';
import { isEmpty, type LeadFilter, maySuit, readFilter, writeFilter } from './lead-filter.ts';
import { leadsQuery } from './lead-queries.ts';
import { LeadRow } from './lead-row.tsx';
import { ReplayDialog } from './replay-dialog.tsx';
import { ReplayProgress } from './replay-progress.tsx';

const useStyles = makeStyles({
  list: {
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    borderRadius: tokens.borderRadiusXLarge,
    border: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    overflow: 'hidden',
  },
  stale: { opacity: 0.6 },
  selection: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    minHeight: '32px',
  },
  more: { alignSelf: 'center' },
});

export function LeadsPage(): ReactElement {
  const [query, setQuery] = useSearchParams();
  const filter = useMemo(() => readFilter(query), [query]);
  const setFilter = useCallback(
    (next: LeadFilter): void => setQuery(writeFilter(next), { replace: true }),
    [setQuery],
  );
  return (
    <Page
      title="Leads"
      intro="Every lead that the marketplace has sent, as it comes, and what became of it."
      actions={<ExportButton filter={filter} />}
    >
      <ReplayProgress />
      <FilterBar filter={filter} onChange={setFilter} />
      <LeadList key={writeFilter(filter).toString()} filter={filter} onClear={() => setFilter({})} />
    </Page>
  );
}

function LeadList({ filter, onClear }: { filter: LeadFilter; onClear: () => void }): ReactElement {
  const styles = useStyles();
  const { role } = useSession();
  const { announce } = useAnnounce();
  const { isReading, newLeads, read, showNew } = useReading(filter);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...leadsQuery(filter),
    // While one reads on, what comes in is counted and does not move the page.
    enabled: !isReading,
    placeholderData: keepPreviousData,
  });
  const [order, setOrder] = useState<{ order: ReplayOrder; what: string }>();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const leads = useMemo(() => data?.pages.flatMap((page) => page.leads) ?? [], [data]);
  const dead = useMemo(() => leads.filter(({ state }) => state === 'dead'), [leads]);
  const isSelecting = mayChange(role) && dead.length > 0;
  const chosen = dead.filter(({ leadId }) => selected.has(leadId)).map(({ leadId }) => leadId);

  const showMore = async (): Promise<void> => {
    read();
    const { data: more } = await fetchNextPage();
    const added = more?.pages.at(-1)?.leads.length ?? 0;
    announce(`${countWords(added, 'more lead')} shown`);
  };
  const select = (leadId: string, isSelected: boolean): void => {
    const next = new Set(selected);
    if (isSelected) next.add(leadId);
    else next.delete(leadId);
    setSelected(next);
  };

  if (error && !data) return <ProblemBar problem={error} onRetry={refetch} />;
  if (!data) return <RowsSkeleton what="the leads" rows={8} />;
  if (leads.length === 0) return <NoLeads filter={filter} onClear={onClear} />;
  return (
    <>
      {error && <ProblemBar problem={error} onRetry={refetch} />}
      {newLeads > 0 && (
        <MessageBar politeness="polite">
          <MessageBarBody>
            {newLeads === 1
              ? '1 new lead has come.'
              : `${newLeads.toLocaleString('en')} new leads have come.`}
          </MessageBarBody>
          <MessageBarActions>
            <Button onClick={showNew}>Show</Button>
          </MessageBarActions>
        </MessageBar>
      )}
      {isSelecting && (
        <div className={styles.selection}>
          <Checkbox
            label={chosen.length === 0 ? 'Select the dead leads shown' : `${chosen.length} selected`}
            checked={chosen.length === 0 ? false : chosen.length === dead.length ? true : 'mixed'}
            onChange={(_, { checked }) =>
              setSelected(new Set(checked === true ? dead.map(({ leadId }) => leadId) : []))
            }
          />
          <Button
            icon={<ArrowRepeatAll20Regular />}
            disabledFocusable={chosen.length === 0}
            onClick={() =>
              setOrder({ order: { leadIds: chosen }, what: countWords(chosen.length, 'dead lead') })
            }
          >
            Replay selected
          </Button>
          <Button
            appearance="subtle"
            onClick={() =>
              setOrder({ order: { filter }, what: `all dead leads that ${filterWords(filter)}` })
            }
          >
            {isEmpty(filter) ? 'Replay all dead leads' : 'Replay all dead leads of this filter'}
          </Button>
        </div>
      )}
      <ul className={styles.list} aria-label="Leads">
        {leads.map((lead) => (
          <LeadRow
            key={lead.leadId}
            lead={lead}
            showPublisher={role === 'operator'}
            selection={
              isSelecting
                ? {
                    isSelected: selected.has(lead.leadId),
                    onChange: (isSelected) => select(lead.leadId, isSelected),
                  }
                : undefined
            }
          />
        ))}
      </ul>
      {hasNextPage && (
        <Button
          className={styles.more}
          disabledFocusable={isFetchingNextPage}
          {...(isFetchingNextPage ? { icon: <Spinner size="tiny" /> } : {})}
          onClick={() => {
            showMore().catch(() => undefined);
          }}
        >
          Show more
        </Button>
      )}
      {order && (
        <ReplayDialog
          {...order}
          onClose={(isOrdered) => {
            setOrder(undefined);
            if (isOrdered) setSelected(new Set());
          }}
        />
      )}
    </>
  );
}

function NoLeads({ filter, onClear }: { filter: LeadFilter; onClear: () => void }): ReactElement {
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

/** Live while one is at the top of the list; once one reads on, new leads are only counted. */
function useReading(filter: LeadFilter): {
  isReading: boolean;
  newLeads: number;
  read: () => void;
  showNew: () => void;
} {
  const queryClient = useQueryClient();
  const [isReading, setReading] = useState(false);
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const isNew = (lead: LeadSummary): boolean =>
    lead.attempts === 0 && lead.state === 'pending' && maySuit(lead, filter) && filter.search === undefined;
  useLiveEvent((event) => {
    if (!isReading || event.event !== 'lead' || !isNew(event.data) || seen.has(event.data.leadId)) return;
    setSeen(new Set([...seen, event.data.leadId]));
  });
  return {
    isReading,
    newLeads: seen.size,
    read: () => setReading(true),
    showNew: () => {
      setSeen(new Set());
      setReading(false);
      // Back to the first page; a failure is in the cache and shown from there.
      queryClient.resetQueries({ queryKey: keys.leadList(filter) }).catch(() => undefined);
      window.scrollTo({ top: 0 });
    },
  };
}

function filterWords(filter: LeadFilter): string {
  return isEmpty(filter) ? 'there are' : 'this filter shows';
}
