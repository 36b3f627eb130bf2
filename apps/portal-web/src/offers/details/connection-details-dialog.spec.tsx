/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Connection } from '../connection.ts';
import { ConnectionDetailsDialog } from './connection-details-dialog.tsx';

// On a machine that is busy with other tests, dialogs take their time.
jest.setTimeout(60_000);

const connection: Connection = {
  ...{ connectionId: 'one', version: 3, leadDestination: 'dynamics-365', state: 'published' },
  publisher: { id: 'contoso', name: 'Contoso' },
  offer: { id: 'crm', title: 'Contoso CRM' },
  ...{ url: 'https://contoso.crm4.dynamics.com', authentication: 'azure-active-directory' },
  ...{ applicationId: '23456052-1111-4222-8662-123400df788f' },
  ...{ directoryId: '4d0c1b2a-3f5e-4c6d-8a9b-0e1f2a3b4c5d', contactEmails: 'sales@contoso.example' },
  secret: { kind: 'client-secret', setAt: '2026-11-01T00:00:00Z' },
  ...{ leadAddressSetAt: '2026-11-01T00:00:00Z', changedAt: '2026-11-01T00:00:00Z', changedBy: 'alex' },
};

/** What the save answers besides the connection. */
let answered: Partial<Connection>;
const fetched = globalThis.fetch;
beforeEach(() => {
  answered = {};
  globalThis.fetch = jest.fn<typeof fetch>((address) => {
    const answer = address === '/api/session' ? { csrfToken: 'token' } : { ...connection, ...answered };
    return Promise.resolve({
      ...{ ok: true, status: 200, headers: new Headers({ etag: '"4"' }) },
      json: () => Promise.resolve(answer),
    } as Response);
  });
});
afterEach(() => {
  globalThis.fetch = fetched;
});

async function save(): Promise<jest.Mock> {
  const onSaved = jest.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ConnectionDetailsDialog
        saved={{ value: connection, etag: '"3"' }}
        publishers={[connection.publisher]}
        onClose={() => undefined}
        onSaved={onSaved}
      />
    </QueryClientProvider>,
  );
  await userEvent.click(screen.getByRole('button', { name: 'OK' }));
  return onSaved;
}

describe('details that were saved', () => {
  test('with a mapping that the organization would not take say so, entry by entry, before the dialog is gone', async () => {
    const [what, remedy] = ['There is no such lookup.', 'Correct it.'];
    answered = {
      warnings: [
        { pointer: '/mapping/lookups/new_Champagne', what, remedy },
        { pointer: '/mapping', what: 'It could not be checked.', remedy: 'Validate it.' },
      ],
    };
    const onSaved = await save();
    const entries = await screen.findAllByRole('listitem');
    expect(entries.map(({ textContent }) => textContent)).toEqual([
      `lookups: new_Champagne${what}${remedy}`,
      'The whole mappingIt could not be checked.Validate it.',
    ]);
    expect(screen.getByText('Saved. The mapping needs a look.')).toBeDefined();
    expect(screen.queryByRole('button', { name: 'OK' })).toBeNull();
    expect(onSaved).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(onSaved).toHaveBeenCalledWith({ ...connection, ...answered });
  });

  test('without warnings are done with at once', async () => {
    const onSaved = await save();
    await waitFor(() => expect(onSaved).toHaveBeenCalledWith(connection));
    expect(screen.queryByText(/mapping/)).toBeNull();
  });
});
