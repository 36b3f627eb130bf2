/** Sessions in PostgreSQL: whichever instance answers knows them, and they outlive a restart. */
import { createHash } from 'node:crypto';
import type { SessionStore } from '@fastify/session';
import type { Session } from 'fastify';
import { type Kysely, sql } from 'kysely';
import type { PortalTables } from '../tables.ts';
import type { Person } from './person.ts';

/** Keeps sessions by a hash of their id: who reads the table cannot take one over. */
export class PostgresSessionStore implements SessionStore {
  constructor(private readonly database: Kysely<PortalTables>) {}

  /** One that has ended, by the database's clock, is none. */
  get(id: string, callback: (error: unknown, session?: Session | null) => void): void {
    const found = this.database
      .selectFrom('sessions')
      .select('data')
      .where('id', '=', hashOf(id))
      .where('expires_at', '>', sql<Date>`now()`)
      .executeTakeFirst();
    found.then((row) => callback(null, (row?.data as Session | undefined) ?? null), callback);
  }

  /** Only one in which somebody has signed in: strangers leave no rows. */
  set(id: string, session: Session, callback: (error?: unknown) => void): void {
    if (session.endsAt === undefined) return callback();
    const row = { data: JSON.stringify(session), expires_at: new Date(session.endsAt) };
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

/** Ends a person's oldest sessions, so that with the one that begins they have no more than they may. */
export async function endOldestSessions(
  database: Kysely<PortalTables>,
  { directoryId, userId }: Pick<Person, 'directoryId' | 'userId'>,
  most: number,
): Promise<void> {
  await sql`
    delete from sessions where id in (
      select id from sessions
      where data #>> '{person,directoryId}' = ${directoryId} and data #>> '{person,userId}' = ${userId}
      order by expires_at desc offset ${most - 1}
    )
  `.execute(database);
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
