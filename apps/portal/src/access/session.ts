/** The session: who is signed in since when, the sign-ins that have begun, and the secret against forged requests. */
import csrf from '@fastify/csrf';
import type { FastifyRequest } from 'fastify';
import type { Person } from './person.ts';
import type { PendingSignIn } from './sign-in.ts';

declare module 'fastify' {
  interface Session {
    /** By their state; several tabs may sign in at once. */
    pending?: Record<string, PendingSignIn>;
    person?: Person;
    /** When the session ends, whatever is done with it: an ISO 8601 time. Present with `person`. */
    endsAt?: string;
    csrfSecret?: string;
  }
}

/** A working day. Roles are read from the ID token: whoever loses one in Entra ID has it for so long at most. */
export const SESSION_MS = 8 * 3_600_000;

const MOST_PENDING = 5;
const tokens = new csrf.Tokens({});

/** Keeps a sign-in that has begun; of very many, the newest. */
export function keepPending({ session }: FastifyRequest, state: string, pending: PendingSignIn): void {
  const known = Object.entries(session.pending ?? {}).slice(1 - MOST_PENDING);
  session.pending = Object.fromEntries([...known, [state, pending]]);
}

/** The sign-in of this state, once. */
export function takePending({ session }: FastifyRequest, state: string): PendingSignIn | undefined {
  const { [state]: pending, ...others } = session.pending ?? {};
  if (session.pending !== undefined) session.pending = others;
  return pending;
}

/** Begins a session under a new id: the one from before the sign-in, which others may know, opens nothing. */
export async function beginSession(request: FastifyRequest, person: Person, now: Date): Promise<void> {
  await request.session.regenerate();
  request.session.person = person;
  request.session.endsAt = new Date(now.getTime() + SESSION_MS).toISOString();
  request.session.csrfSecret = tokens.secretSync();
}

/** Who is signed in. */
export function personOfSession({ session }: FastifyRequest, now: Date): Person | undefined {
  const { person, endsAt } = session;
  return person && endsAt !== undefined && new Date(endsAt) > now ? person : undefined;
}

/** The token that a page sends back as `X-CSRF-Token`; another each time, all of them good. */
export function csrfTokenOf({ session }: FastifyRequest): string {
  if (session.csrfSecret === undefined) throw new Error('A session without a secret was let through.');
  return tokens.create(session.csrfSecret);
}

/** Whether a request carries a token of its session. */
export function carriesCsrfToken({ session, headers }: FastifyRequest): boolean {
  const token = headers['x-csrf-token'];
  return (
    session.csrfSecret !== undefined && typeof token === 'string' && tokens.verify(session.csrfSecret, token)
  );
}
