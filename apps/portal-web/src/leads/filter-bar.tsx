/** What the list shows: search, offer, state, time, tests. */
import { Button, Checkbox, Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { Dismiss16Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { LeadState } from '@leads/contracts/portal-api';
import { offersQuery } from '../api/offers-query.ts';
import { leadWords } from '../pieces/state-words.ts';
import { PHONE } from '../theme/screen.ts';
import { Choice } from './choice.tsx';
import { isEmpty, type LeadFilter, type Span } from './lead-filter.ts';
import { LeadSearch } from './lead-search.tsx';
import { useSpan } from './use-span.ts';

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-end',
    gap: tokens.spacingHorizontalM,
  },
  search: { flex: '2 1 260px', minWidth: 0 },
  choice: { flex: '1 1 150px', minWidth: 0, maxWidth: '260px', [PHONE]: { maxWidth: '100%' } },
});

const ANY = '';
const stateOptions = [
  [ANY, 'All states'],
  ...Object.entries(leadWords).map(([state, { word }]) => [state, word] as const),
] as const;
const spanOptions: readonly (readonly [Span, string])[] = [
  ['any', 'Any time'],
  ['today', 'Today'],
  ['7-days', 'Last 7 days'],
  ['30-days', 'Last 30 days'],
  ['days', 'From – to …'],
];
const CUSTOMERS = 'customers';
const kindOptions = [
  [CUSTOMERS, "Customers' leads"],
  ['true', 'Test leads'],
  ['all', 'Both'],
] as const;

export interface FilterBarProps {
  filter: LeadFilter;
  onChange: (filter: LeadFilter) => void;
  /** Whether those that ended with their connection can be asked for alone. */
  mayRescue?: boolean;
}

export function FilterBar({ filter, onChange, mayRescue = false }: FilterBarProps): ReactElement {
  const styles = useStyles();
  const { data: offers = [] } = useQuery(offersQuery);
  const change = (part: { [Name in keyof LeadFilter]: LeadFilter[Name] | undefined }): void =>
    onChange(given({ ...filter, ...part }));
  const times = useSpan(filter, ({ from, to }) => change({ from, to }));
  return (
    <div role="search" aria-label="Leads" className={styles.bar}>
      <Field label="Search" className={styles.search}>
        <LeadSearch
          search={filter.search ?? ''}
          onSearch={(search) => change({ search: search || undefined })}
        />
      </Field>
      <Choice
        label="Offer"
        className={styles.choice}
        options={[
          [ANY, 'All offers'],
          ...offers.map(({ connectionId, offer }) => [connectionId, offer.title] as const),
        ]}
        value={filter.connectionId ?? ANY}
        onChange={(connectionId) => change({ connectionId: connectionId || undefined })}
      />
      <Choice
        label="State"
        className={styles.choice}
        options={stateOptions}
        value={filter.state ?? ANY}
        onChange={(state) => change({ state: (state || undefined) as LeadState | undefined })}
      />
      <Choice
        label="Received"
        className={styles.choice}
        options={spanOptions}
        value={times.span}
        onChange={(span) => times.chooseSpan(span as Span)}
      />
      {times.span === 'days' && (
        <>
          <Field label="From" className={styles.choice}>
            <Input
              type="date"
              value={times.days.first}
              onChange={(_, { value }) => times.chooseDays({ first: value })}
            />
          </Field>
          <Field label="To" className={styles.choice}>
            <Input
              type="date"
              value={times.days.last}
              onChange={(_, { value }) => times.chooseDays({ last: value })}
            />
          </Field>
        </>
      )}
      <Choice
        label="Kind"
        className={styles.choice}
        options={kindOptions}
        value={filter.tests ?? CUSTOMERS}
        onChange={(kind) => change({ tests: kind === CUSTOMERS ? undefined : (kind as 'true' | 'all') })}
      />
      {filter.incidentId !== undefined && (
        <Button
          appearance="outline"
          icon={<Dismiss16Regular />}
          iconPosition="after"
          aria-label="Of one incident: show those of all"
          onClick={() => change({ incidentId: undefined })}
        >
          Of one incident
        </Button>
      )}
      {mayRescue && (
        <Checkbox
          label="To be rescued"
          title="Ended with a connection that was deleted"
          checked={filter.rescuable === 'true'}
          onChange={(_, { checked }) => change({ rescuable: checked === true ? 'true' : undefined })}
        />
      )}
      {!isEmpty(filter) && (
        <Button
          appearance="subtle"
          onClick={() => {
            times.reset();
            onChange({});
          }}
        >
          Clear filters
        </Button>
      )}
    </div>
  );
}

/** Without the parts that are not chosen. */
function given(filter: { [Name in keyof LeadFilter]: LeadFilter[Name] | undefined }): LeadFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
