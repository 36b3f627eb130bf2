import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FastifyRequest, Session } from 'fastify';
import { PostgresSessionStore } from '../access/session-store.ts';
import { startLedger, type TestLedger } from '../ledger/ledger-events.fixture.ts';
import { stillSignedIn } from './still-signed-in.ts';

let ledger: TestLedger;
let store: PostgresSessionStore;

beforeAll(async () => {
  ledger = await startLedger();
  store = new PostgresSessionStore(ledger.database, () => new Date());
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
