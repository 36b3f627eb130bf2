/** @jest-environment jsdom */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

// Its picture is no script.
jest.unstable_mockModule('../frames/product-mark.tsx', () => ({ ProductMark: () => null }));
const { ConfirmContactPage } = await import('./confirm-contact-page.tsx');

// On a machine that is busy with other tests, pages take their time.
jest.setTimeout(60_000);

const ASKED = { address: 'ann@partner.example', publisher: 'Contoso', expiresAt: '2026-12-06T20:00:00Z' };

/** What was sent so far: where to, and what. */
let sent: [string, unknown][];
let problem: { status: number; title: string; detail: string } | undefined;
const fetched = globalThis.fetch;
beforeEach(() => {
  sent = [];
  problem = undefined;
  window.location.hash = '#the-token';
  globalThis.fetch = jest.fn<typeof fetch>((asked, request) => {
    const [address, body] = [asked as string, request?.body as string];
    sent.push([address, JSON.parse(body)]);
    const status = problem?.status ?? (address.endsWith('/read') ? 200 : 204);
    return Promise.resolve({
      ...{ ok: status < 300, status, headers: new Headers() },
      json: () => Promise.resolve(problem ?? ASKED),
    } as Response);
  });
});
afterEach(() => {
  globalThis.fetch = fetched;
});

const open = () =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ConfirmContactPage />
    </QueryClientProvider>,
  );

const READ: [string, unknown] = ['/api/contact-confirmation/read', { token: 'the-token' }];

test('says who asks whom, and answers nothing until a button is pressed', async () => {
  open();
  await screen.findByRole('heading', { name: 'Mails about leads of Contoso?' });
  expect(screen.getByText('ann@partner.example')).toBeDefined();
  expect(sent).toEqual([READ]);
  await userEvent.click(screen.getByRole('button', { name: 'Yes, send me these mails' }));
  await screen.findByRole('heading', { name: 'You get these mails' });
  expect(sent).toEqual([READ, ['/api/contact-confirmation', { token: 'the-token', answer: 'confirmed' }]]);
});

test('takes a no as well, and another answer after it', async () => {
  open();
  await userEvent.click(await screen.findByRole('button', { name: 'No, never' }));
  await screen.findByRole('heading', { name: 'You get no such mails' });
  await userEvent.click(screen.getByRole('button', { name: 'Change my answer' }));
  await userEvent.click(screen.getByRole('button', { name: 'Yes, send me these mails' }));
  await screen.findByRole('heading', { name: 'You get these mails' });
  expect(sent.slice(1).map(([, body]) => body)).toEqual([
    { token: 'the-token', answer: 'declined' },
    { token: 'the-token', answer: 'confirmed' },
  ]);
});

test('a second link that is opened in the same tab is asked about by itself, whatever was answered to the first', async () => {
  open();
  await userEvent.click(await screen.findByRole('button', { name: 'No, never' }));
  await screen.findByRole('heading', { name: 'You get no such mails' });
  act(() => {
    window.location.hash = '#another-token';
    window.dispatchEvent(new Event('hashchange'));
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Yes, send me these mails' }));
  expect(sent.slice(2)).toEqual([
    ['/api/contact-confirmation/read', { token: 'another-token' }],
    ['/api/contact-confirmation', { token: 'another-token', answer: 'confirmed' }],
  ]);
});

test('a link that was answered is read once, also when the page is looked at again', async () => {
  open();
  await userEvent.click(await screen.findByRole('button', { name: 'No, never' }));
  await screen.findByRole('heading', { name: 'You get no such mails' });
  act(() => {
    window.dispatchEvent(new Event('visibilitychange'));
  });
  await screen.findByRole('heading', { name: 'You get no such mails' });
  expect(sent.filter(([path]) => path.endsWith('/read'))).toHaveLength(1);
});

test('a link that cannot be used says so, and offers no answer', async () => {
  problem = { status: 410, title: 'This link is too old', detail: 'It was good for 14 days.' };
  open();
  await screen.findByRole('heading', { name: 'This link is too old' });
  expect(screen.getByText('It was good for 14 days.')).toBeDefined();
  expect(screen.queryByRole('button', { name: 'Yes, send me these mails' })).toBeNull();
});
