/** Sessions in PostgreSQL: whichever instance answers knows them, and they outlive a restart. */
import { createHash } from 'node:crypto';
import type { SessionStore } from '@fastify/session';
import type { Session } from 'fastify';
import type { Kysely } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { PENDING_MS } from './sign-in.ts';

/** Keeps sessions by a hash of their id: who reads the table cannot take one over. */
export class PostgresSessionStore implements SessionStore {
  constructor(
    private readonly database: Kysely<PortalTables>,
    private readonly now: () => Date,
  ) {}

  get(id: string, callback: (error: unknown, session?: Session | null) => void): void {
    const found = this.database
      .selectFrom('sessions')
      .select('data')
      .where('id', '=', hashOf(id))
      .where('expires_at', '>', this.now())
      .executeTakeFirst();
    found.then((row) => callback(null, (row?.data as Session | undefined) ?? null), callback);
  }

  /** One in which nobody has signed in yet ends with the sign-in that it keeps. */
  set(id: string, session: Session, callback: (error?: unknown) => void): void {
    const pendingUntil = new Date(this.now().getTime() + PENDING_MS);
    const row = {
      data: JSON.stringify(session),
      expires_at: session.endsAt === undefined ? pendingUntil : new Date(session.endsAt),
    };
    const stored = this.database
      .insertInto('sessions')
      .values({ id: hashOf(id), ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
    stored.then(() => callback(), callback);
  }

  destroy(id: string, callback: (error?: unknown) => void): void {
    const gone = this.database.deleteFrom('sessions').where('id', '=', hashOf(id)).execute();
    gone.then(() => callback(), callback);
  }
}

/** Forgets sessions that have ended. */
export async function forgetEndedSessions(database: Kysely<PortalTables>, now: Date): Promise<void> {
  await database.deleteFrom('sessions').where('expires_at', '<=', now).execute();
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
