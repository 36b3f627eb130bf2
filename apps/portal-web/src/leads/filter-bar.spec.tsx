/** @jest-environment jsdom */
import { describe, expect, test } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState, type ReactElement } from 'react';
import { keys } from '../api/keys.ts';
import { FilterBar } from './filter-bar.tsx';
import { type LeadFilter, timesOf } from './lead-filter.ts';

const offer = {
  connectionId: '5f0c3f9e-4b4e-4d4b-9a39-0d3c0c8f2d11',
  offer: { id: 'o', title: 'Contoso CRM' },
};
let shown: LeadFilter[];

/** As the page does it: what is chosen is the filter from then on. */
function Filtered({ initial }: { initial: LeadFilter }): ReactElement {
  const [filter, setFilter] = useState(initial);
  const change = (next: LeadFilter): void => {
    shown.push(next);
    setFilter(next);
  };
  return <FilterBar filter={filter} onChange={change} />;
}

function show(initial: LeadFilter = {}): void {
  shown = [];
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  queryClient.setQueryData(keys.offers, [offer]);
  render(
    <QueryClientProvider client={queryClient}>
      <Filtered initial={initial} />
    </QueryClientProvider>,
  );
}

describe('the filter of leads', () => {
  test('has what is chosen, and nothing of what is taken back', async () => {
    show();
    await userEvent.selectOptions(screen.getByLabelText('Offer'), 'Contoso CRM');
    await userEvent.selectOptions(screen.getByLabelText('State'), 'Dead');
    await userEvent.selectOptions(screen.getByLabelText('Kind'), 'Both');
    expect(shown.at(-1)).toEqual({ connectionId: offer.connectionId, state: 'dead', tests: 'all' });
    await userEvent.selectOptions(screen.getByLabelText('State'), 'All states');
    await userEvent.selectOptions(screen.getByLabelText('Kind'), "Customers' leads");
    expect(shown.at(-1)).toEqual({ connectionId: offer.connectionId });
  });

  test('searches once, when one pauses in typing', async () => {
    show();
    await userEvent.type(screen.getByPlaceholderText('Name, company or e-mail'), 'ada ');
    await waitFor(() => expect(shown).toEqual([{ search: 'ada' }]));
  });

  test('asks for days only where they are wanted, and forgets them with the span', async () => {
    show();
    expect(screen.queryByLabelText('From')).toBeNull();
    await userEvent.selectOptions(screen.getByLabelText('Received'), 'From – to …');
    fireEvent.change(screen.getByLabelText('From'), { target: { value: '2026-11-02' } });
    fireEvent.change(screen.getByLabelText('To'), { target: { value: '2026-11-03' } });
    expect(shown.at(-1)).toEqual(timesOf('days', { first: '2026-11-02', last: '2026-11-03' }, new Date()));
    await userEvent.selectOptions(screen.getByLabelText('Received'), 'Any time');
    expect(shown.at(-1)).toEqual({});
    expect(screen.queryByLabelText('From')).toBeNull();
  });

  test('is cleared as a whole', async () => {
    show({ search: 'ada', from: '2026-11-01T00:00:00.000Z', to: '2026-11-02T00:00:00.000Z' });
    expect(screen.getByLabelText('From')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Clear filters' }));
    expect(shown.at(-1)).toEqual({});
    expect(screen.queryByRole('button', { name: 'Clear filters' })).toBeNull();
    expect(screen.queryByLabelText('From')).toBeNull();
    expect(screen.getByPlaceholderText<HTMLInputElement>('Name, company or e-mail').value).toBe('');
  });
});
