/** Whether whoever opened a stream is signed in still: a stream outlasts the request that opened it. */
import type { FastifyRequest, Session } from 'fastify';
import '@fastify/session';
import '../access/session.ts';

/** Answers for the person who made a request, at the time of asking. */
export type StillSignedIn = (request: FastifyRequest) => Promise<boolean>;
export const STILL_SIGNED_IN = Symbol('still signed in');

/** Asks the store, which forgets a session when it ends or somebody signs out of it. */
export async function stillSignedIn({ session, sessionStore }: FastifyRequest): Promise<boolean> {
  const stored = await new Promise<Session | null | undefined>((resolve, reject) => {
    sessionStore.get(session.sessionId, (error, found) => (error ? reject(error as Error) : resolve(found)));
  });
  return stored?.person !== undefined && stored.endsAt !== undefined;
}
