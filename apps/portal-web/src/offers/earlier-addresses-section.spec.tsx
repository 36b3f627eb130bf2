/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactElement } from 'react';
import type { Offer } from '@leads/contracts/portal-api';
import { ConnectionQuestion } from './connection-question.tsx';
import { EarlierAddressesSection } from './earlier-addresses-section.tsx';

// On a machine that is busy with other tests, dialogs take their time.
jest.setTimeout(60_000);

const offer: Offer = {
  ...{ connectionId: 'one', version: 3, leadDestination: 'dynamics-365', state: 'published' },
  publisher: { id: 'contoso', name: 'Contoso' },
  offer: { id: 'crm', title: 'Contoso CRM' },
  ...{ url: 'https://contoso.crm4.dynamics.com', authentication: 'azure-active-directory' },
  ...{ contactEmails: [], changedAt: '2026-11-01T00:00:00Z', health: 'healthy' },
  counts: { accepted: 0, written: 0, pending: 0, dead: 0 },
};

/** What was asked of the portal. */
let asked: { path: string; body: unknown }[];
const fetched = globalThis.fetch;
beforeEach(() => {
  asked = [];
  globalThis.fetch = jest.fn<typeof fetch>((address, request) => {
    const path = address as string;
    const body = request?.body as string | undefined;
    if (request?.method === 'POST')
      asked.push({ path, body: body === undefined ? undefined : JSON.parse(body) });
    const answer = path === '/api/session' ? { csrfToken: 'token' } : { connectionId: 'one' };
    const headers = new Headers();
    return Promise.resolve({
      ok: true,
      status: 200,
      headers,
      json: () => Promise.resolve(answer),
    } as Response);
  });
});
afterEach(() => {
  globalThis.fetch = fetched;
});

function show(what: ReactElement): void {
  render(<QueryClientProvider client={new QueryClient()}>{what}</QueryClientProvider>);
}

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
const press = (name: RegExp): Promise<void> => userEvent.click(screen.getByRole('button', { name }));

describe('earlier addresses', () => {
  test('are shown with their ends while they work, and ended after a question', async () => {
    show(<EarlierAddressesSection offer={offer} earlier={[{ until: inDays(3) }, { until: inDays(-1) }]} />);
    expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
      expect.stringMatching(/^Ends in 3 days/),
    ]);
    await press(/^End now/);
    expect(asked).toEqual([]);
    await press(/^End them now$/);
    await waitFor(() =>
      expect(asked).toEqual([{ path: '/api/connections/one/end-earlier-addresses', body: undefined }]),
    );
  });

  test('are not spoken of where none works any more', () => {
    show(<EarlierAddressesSection offer={offer} earlier={[{ until: inDays(-1) }]} />);
    expect(screen.queryByText('Earlier addresses')).toBeNull();
  });
});

describe('the question before a lead address is changed', () => {
  test.each([
    ['seven days', undefined, 7, /works for 7 days more/],
    ['what is chosen', '30', 30, /works for 30 days more/],
    ['no time where it is in the wrong hands', '0', 0, /stops at once/],
  ])('lets the old one work for %s', async (_, chosen, overlapDays, words) => {
    show(
      <ConnectionQuestion
        question="rotate-address-key"
        offer={offer}
        onClose={jest.fn()}
        onDone={jest.fn()}
      />,
    );
    if (chosen !== undefined) await userEvent.selectOptions(screen.getByRole('combobox'), chosen);
    expect(screen.getByText(words, { selector: 'div' })).toBeDefined();
    await press(/^Change the address$/);
    await waitFor(() =>
      expect(asked).toEqual([{ path: '/api/connections/one/rotate-address-key', body: { overlapDays } }]),
    );
  });
});
