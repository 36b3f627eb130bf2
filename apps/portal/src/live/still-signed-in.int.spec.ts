import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { FastifyRequest, Session } from 'fastify';
import { PostgresSessionStore } from '../access/session-store.ts';
import { startLedger, type TestLedger } from '../testing/ledger-events.ts';
import { stillSignedIn } from './still-signed-in.ts';

let ledger: TestLedger;
let store: PostgresSessionStore;

beforeAll(async () => {
  ledger = await startLedger();
  store = new PostgresSessionStore(ledger.database);
}, 60_000);
afterAll(() => ledger.end());

/** A request of a session that was kept, as far as the question goes. */
async function requestOf(session: Partial<Session>): Promise<FastifyRequest> {
  const sessionId = randomUUID();
  await new Promise<void>((resolve, reject) => {
    store.set(sessionId, session as Session, (error) =>
      error ? reject(new Error('the store', { cause: error })) : resolve(),
    );
  });
  return { session: { sessionId }, sessionStore: store } as unknown as FastifyRequest;
}

const person = { userId: '1', name: 'Alex', email: 'alex@contoso.example' } as Session['person'];
const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

test('somebody is signed in until their session ends', async () => {
  const request = await requestOf({ person, endsAt: inMinutes(5) } as Partial<Session>);
  expect(await stillSignedIn(request)).toBe(true);
  const ended = await requestOf({ person, endsAt: inMinutes(-5) } as Partial<Session>);
  expect(await stillSignedIn(ended)).toBe(false);
});

test.each([-5, 0, 5])(
  'a session ends in its time where this machine is %d minutes ahead',
  async (minutes) => {
    const isIn = await requestOf({ person, endsAt: inMinutes(2) } as Partial<Session>);
    const ended = await requestOf({ person, endsAt: inMinutes(-2) } as Partial<Session>);
    const own = Date.now.bind(Date);
    const skewed = jest.spyOn(Date, 'now').mockImplementation(() => own() + minutes * 60_000);
    try {
      expect([await stillSignedIn(isIn), await stillSignedIn(ended)]).toEqual([true, false]);
    } finally {
      skewed.mockRestore();
    }
  },
);

test('somebody is signed in until they sign out', async () => {
  const request = await requestOf({ person, endsAt: inMinutes(5) } as Partial<Session>);
  await new Promise<void>((resolve, reject) => {
    const { sessionId } = request.session;
    store.destroy(sessionId, (error) =>
      error ? reject(new Error('the store', { cause: error })) : resolve(),
    );
  });
  expect(await stillSignedIn(request)).toBe(false);
});
