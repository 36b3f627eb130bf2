/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Connection } from '../connection.ts';
import { ReplaceSecretDialog } from './replace-secret-dialog.tsx';

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
const sameApplication = ['two', 'three'].map((id) => ({
  connectionId: id,
  offer: { id, title: `Offer ${id}` },
}));

/** What was asked of the portal, and which connection refuses. */
let asked: { path: string; body: unknown }[];
let refuses: string | undefined;
const fetched = globalThis.fetch;
beforeEach(() => {
  asked = [];
  refuses = undefined;
  globalThis.fetch = jest.fn<typeof fetch>((address, request) => {
    const path = address as string;
    const isSession = path === '/api/session';
    if (!isSession) asked.push({ path, body: JSON.parse(request?.body as string) as unknown });
    const isRefused = refuses !== undefined && path.includes(`/${refuses}/`);
    const answer = isSession ? { csrfToken: 'token' } : isRefused ? {} : connection;
    return Promise.resolve({
      ok: !isRefused,
      status: isRefused ? 503 : 200,
      headers: new Headers(),
      json: () => Promise.resolve(answer),
    } as Response);
  });
});
afterEach(() => {
  globalThis.fetch = fetched;
});

function show(some: Partial<Connection> = {}): { onClose: jest.Mock } {
  const onClose = jest.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ReplaceSecretDialog connection={{ ...connection, ...some }} onClose={onClose} />
    </QueryClientProvider>,
  );
  return { onClose };
}

const secretOf = (id: string, body: object = { clientSecret: 'new' }): object => ({
  path: `/api/connections/${id}/secret`,
  body,
});
async function paste(label: RegExp, text: string): Promise<void> {
  await userEvent.click(screen.getByLabelText(label));
  await userEvent.paste(text);
}

const press = (): Promise<void> => userEvent.click(screen.getByRole('button', { name: 'Replace' }));

describe('a new secret', () => {
  test('is offered to the other offers of the application, which are named, and goes to all of them', async () => {
    const { onClose } = show({ sameApplication });
    expect(screen.getByText(/Offer two, Offer three/)).toBeDefined();
    await paste(/^Client secret( ?\*)?$/, 'new');
    await press();
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(asked).toEqual([secretOf('one'), secretOf('two'), secretOf('three')]);
  });

  test('goes to this offer alone where that is chosen, and nobody is named where there is no other', async () => {
    const { onClose } = show({ sameApplication });
    await userEvent.click(screen.getByRole('checkbox'));
    await paste(/^Client secret( ?\*)?$/, 'new');
    await press();
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(asked).toEqual([secretOf('one')]);
  });

  test('that an offer did not take is told, and the dialog stays', async () => {
    refuses = 'two';
    const { onClose } = show({ sameApplication });
    await paste(/^Client secret( ?\*)?$/, 'new');
    await press();
    await screen.findByText(/Not replaced for Offer two\./);
    expect(onClose).not.toHaveBeenCalled();
  });

  test('is typed letter by letter without losing the focus', async () => {
    show();
    const field = screen.getByLabelText<HTMLInputElement>(/^Client secret( ?\*)?$/);
    await userEvent.type(field, 'new');
    expect(field.value).toBe('new');
    expect(document.activeElement).toBe(field);
  });

  test('can be a certificate with its key', async () => {
    const { onClose } = show();
    expect(screen.queryByRole('checkbox')).toBeNull();
    await userEvent.click(screen.getByRole('radio', { name: /certificate/ }));
    await press();
    await screen.findByText(/Enter the certificate and its private key/);
    const field = screen.getByLabelText(/^Certificate and private key/);
    const isHidden = () => getComputedStyle(field).getPropertyValue('-webkit-text-security') === 'disc';
    expect(isHidden()).toBe(false);
    await paste(/^Certificate and private key/, 'PEM');
    expect(isHidden()).toBe(true);
    await press();
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(asked).toEqual([secretOf('one', { certificate: 'PEM' })]);
  });
});
