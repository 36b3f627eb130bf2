/** What the list shows: search, offer, state, time, tests. Each choice stands in the page's address. */
import { Button, Field, Input, makeStyles, SearchBox, Select, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement } from 'react';
import type { LeadState } from '@leads/contracts/portal-api';
import { offersQuery } from '../offers/offer-queries.ts';
import { leadWords } from '../pieces/state-words.ts';
import { PHONE } from '../shell/screen.ts';
import { daysOf, isEmpty, type LeadFilter, type Span, spanOf, timesOf } from './lead-filter.ts';

const SEARCH_PAUSE_MS = 300;

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-end',
    gap: tokens.spacingHorizontalM,
  },
  search: { flex: '2 1 260px', minWidth: 0 },
  searchBox: { maxWidth: '100%', width: '100%' },
  choice: { flex: '1 1 150px', minWidth: 0, maxWidth: '260px', [PHONE]: { maxWidth: '100%' } },
});

const spanWords: Record<Span, string> = {
  any: 'Any time',
  today: 'Today',
  '7-days': 'Last 7 days',
  '30-days': 'Last 30 days',
  days: 'From – to …',
};
const testWords = { customers: "Customers' leads", true: 'Test leads', all: 'Both' } as const;

export interface FilterBarProps {
  filter: LeadFilter;
  onChange: (filter: LeadFilter) => void;
}

export function FilterBar({ filter, onChange }: FilterBarProps): ReactElement {
  const styles = useStyles();
  const { data: offers } = useQuery(offersQuery);
  const now = new Date();
  const [showsDays, setShowsDays] = useState(spanOf(filter, now) === 'days');
  const span = showsDays ? 'days' : spanOf(filter, now);
  const days = daysOf(filter);
  const change = (part: { [Name in keyof LeadFilter]: LeadFilter[Name] | undefined }): void =>
    onChange(given({ ...filter, ...part }));
  const chooseSpan = (next: Span): void => {
    setShowsDays(next === 'days');
    if (next !== 'days') change({ from: undefined, to: undefined, ...timesOf(next, days, now) });
  };
  const chooseDays = (part: Partial<typeof days>): void =>
    change({ from: undefined, to: undefined, ...timesOf('days', { ...days, ...part }, now) });
  return (
    <div role="search" aria-label="Leads" className={styles.bar}>
      <Field label="Search" className={styles.search}>
        <Search search={filter.search ?? ''} onSearch={(search) => change({ search: search || undefined })} />
      </Field>
      <Field label="Offer" className={styles.choice}>
        <Select
          value={filter.connectionId ?? ''}
          onChange={(_, { value }) => change({ connectionId: value || undefined })}
        >
          <option value="">All offers</option>
          {offers?.map(({ connectionId, offer }) => (
            <option key={connectionId} value={connectionId}>
              {offer.title}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="State" className={styles.choice}>
        <Select
          value={filter.state ?? ''}
          onChange={(_, { value }) => change({ state: (value || undefined) as LeadState | undefined })}
        >
          <option value="">All states</option>
          {Object.entries(leadWords).map(([state, { word }]) => (
            <option key={state} value={state}>
              {word}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="Received" className={styles.choice}>
        <Select value={span} onChange={(_, { value }) => chooseSpan(value as Span)}>
          {Object.entries(spanWords).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
      </Field>
      {span === 'days' && (
        <>
          <Field label="From" className={styles.choice}>
            <Input type="date" value={days.first} onChange={(_, { value }) => chooseDays({ first: value })} />
          </Field>
          <Field label="To" className={styles.choice}>
            <Input type="date" value={days.last} onChange={(_, { value }) => chooseDays({ last: value })} />
          </Field>
        </>
      )}
      <Field label="Kind" className={styles.choice}>
        <Select
          value={filter.tests ?? 'customers'}
          onChange={(_, { value }) =>
            change({ tests: value === 'customers' ? undefined : (value as 'true' | 'all') })
          }
        >
          {Object.entries(testWords).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
      </Field>
      {!isEmpty(filter) && (
        <Button
          appearance="subtle"
          onClick={() => {
            setShowsDays(false);
            onChange({});
          }}
        >
          Clear filters
        </Button>
      )}
    </div>
  );
}

/** Searches when one pauses in typing, and at once when one clears it. */
function Search({ search, onSearch }: { search: string; onSearch: (search: string) => void }): ReactElement {
  const styles = useStyles();
  const [typed, setTyped] = useState(search);
  const [known, setKnown] = useState(search);
  // The address has changed otherwise, by Back or by Clear filters.
  if (search !== known) {
    setKnown(search);
    if (search !== typed.trim()) setTyped(search);
  }
  useEffect(() => {
    if (typed.trim() === search) return;
    const timer = setTimeout(() => onSearch(typed.trim()), typed === '' ? 0 : SEARCH_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, search, onSearch]);
  return (
    <SearchBox
      className={styles.searchBox}
      placeholder="Name, company or e-mail"
      maxLength={200}
      value={typed}
      onChange={(_, { value }) => setTyped(value)}
    />
  );
}

/** Without the parts that are not chosen. */
function given(filter: { [Name in keyof LeadFilter]: LeadFilter[Name] | undefined }): LeadFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
