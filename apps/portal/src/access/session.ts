/** The session: who is signed in since when, and the secret against forged requests. */
import csrf from '@fastify/csrf';
import type { FastifyRequest } from 'fastify';
import type { Person } from './person.ts';

declare module 'fastify' {
  interface Session {
    person?: Person;
    /** When the session ends, whatever is done with it: an ISO 8601 time. Present with `person`. */
    endsAt?: string;
    csrfSecret?: string;
  }
}

/** A working day. Roles are read from the ID token: whoever loses one in Entra ID has it for so long at most. */
const SESSION_MS = 8 * 3_600_000;

const tokens = new csrf.Tokens({});

/** Begins a session under a new id: the one from before the sign-in, which others may know, opens nothing. */
export async function beginSession(request: FastifyRequest, person: Person, now: Date): Promise<void> {
  await request.session.regenerate();
  request.session.person = person;
  request.session.endsAt = new Date(now.getTime() + SESSION_MS).toISOString();
  request.session.csrfSecret = tokens.secretSync();
}

/** Who is signed in; of a session that has ended the store knows nothing. */
export function personOfSession({ session }: FastifyRequest): Person | undefined {
  const { person, endsAt } = session;
  return endsAt === undefined ? undefined : person;
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
