/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { IncidentDetail, Role } from '@leads/contracts/portal-api';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { keys } from '../api/keys.ts';
import { type RoleSession, SessionContext } from '../session/use-session.ts';
import { IncidentActions } from './incident-actions.tsx';

const incident: IncidentDetail = {
  ...{ incidentId: '0195b7a5-1111-7222-8333-444455556666', version: 1, transition: 'opened', by: 'itself' },
  ...{ at: '2026-11-22T09:30:01.000Z', since: '2026-11-22T09:30:00.000Z', state: 'open' },
  ...{ kind: 'leads-refused', cause: 'rule', what: 'A rule refuses leads.', remedy: 'Look at the rule.' },
  place: { scope: 'connection', id: '' },
  ...{ connectionIds: [], publisherIds: ['contoso'], offers: [], timeline: [], waiting: 0, dead: 2 },
  leads: { waiting: 0, dead: 3 },
};

/** What was asked of the portal. */
let asked: { path: string; body: unknown }[];
let queryClient: QueryClient;
const fetched = globalThis.fetch;
beforeEach(() => {
  asked = [];
  queryClient = new QueryClient();
  globalThis.fetch = jest.fn<typeof fetch>((address, request) => {
    const path = address as string;
    const body = request?.body;
    const isSession = path === '/api/session';
    if (!isSession) asked.push({ path, body: typeof body === 'string' ? JSON.parse(body) : {} });
    const answer = isSession
      ? { csrfToken: 'token' }
      : path.startsWith('/api/replays')
        ? { replayId: 'replay', total: 3, waiting: 3, written: 0, dead: 0 }
        : { ...incident, state: 'acknowledged' };
    return Promise.resolve({
      ok: true,
      status: 200,
      headers: new Headers(),
      json: () => Promise.resolve(answer),
    } as Response);
  });
});
afterEach(() => {
  globalThis.fetch = fetched;
});

function show(role: Role, some: Partial<IncidentDetail> = {}): void {
  render(
    <QueryClientProvider client={queryClient}>
      <SessionContext.Provider value={{ role } as RoleSession}>
        <IncidentActions incident={{ ...incident, ...some }} />
      </SessionContext.Provider>
    </QueryClientProvider>,
  );
}

const buttons = (): (string | null)[] => screen.queryAllByRole('button').map((one) => one.textContent);

describe('what can be done about an incident', () => {
  test('is nothing for a reader', () => {
    show('reader');
    expect(buttons()).toEqual([]);
  });

  test('is what its state leaves to do', () => {
    show('owner');
    expect(buttons()).toEqual(['Replay 3 dead leads', 'Resolve', 'Acknowledge']);
  });

  test('is only a replay once it is over, where leads are dead', () => {
    show('owner', { state: 'resolved', leads: { waiting: 0, dead: 1 } });
    expect(buttons()).toEqual(['Replay 1 dead lead']);
  });

  test('is taken on with one click, and shown as the portal answers', async () => {
    show('operator');
    await userEvent.click(screen.getByRole('button', { name: 'Acknowledge' }));
    await waitFor(() => expect(queryClient.getQueryData(keys.incident(incident.incidentId))).toBeDefined());
    expect(asked[0]?.path).toBe(`/api/incidents/${incident.incidentId}/acknowledge`);
    expect(queryClient.getQueryData(keys.incident(incident.incidentId))).toMatchObject({
      state: 'acknowledged',
    });
  });

  test('has all of its dead leads delivered again, told by their number before', async () => {
    show('owner');
    await userEvent.click(screen.getByRole('button', { name: 'Replay 3 dead leads' }));
    await screen.findByText('Replay the 3 dead leads of this incident?');
    expect(asked).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Replay' }));
    await waitFor(() =>
      expect(asked[0]).toEqual({
        path: '/api/replays',
        body: { filter: { incidentId: incident.incidentId } },
      }),
    );
  });
});
