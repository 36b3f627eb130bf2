/** How long anything of ours may take at PostgreSQL, so that no silent peer holds a slot, or a lock, of others. */
import { SECOND_MS, TimedOut, within } from '@leads/pacing';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { DatabaseAway, isLost } from './database-away.ts';

/** In milliseconds; 0 is no limit. */
export interface DatabaseLimits {
  /** The most that a statement may take; the server ends it. */
  statementMs: number;
  /** The most that a statement may wait for a lock. */
  lockMs: number;
  /** The server ends a transaction that says nothing for so long: who holds it is frozen or gone. */
  idleInTransactionMs: number;
  /** A server that has not answered for so long is given up, and the connection with it. Above `statementMs`. */
  answerMs: number;
}

/** For a service. The relay publishes within a transaction, which takes up to 35 s where a broker is slow. */
export const SERVICE_LIMITS: DatabaseLimits = {
  statementMs: 15 * SECOND_MS,
  lockMs: 10 * SECOND_MS,
  idleInTransactionMs: 60 * SECOND_MS,
  answerMs: 20 * SECOND_MS,
};

/** For a command that a person runs and watches, over all that there is. */
export const COMMAND_LIMITS: DatabaseLimits = {
  statementMs: 0,
  lockMs: 60 * SECOND_MS,
  idleInTransactionMs: 300 * SECOND_MS,
  answerMs: 0,
};

/** A vanished client is noticed by the server within half a minute, as its keepalives are not answered. */
const SERVER_NOTICES = {
  tcp_keepalives_idle: '10s',
  tcp_keepalives_interval: '5s',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '30s',
  client_connection_check_interval: '5s',
};

/** As options of a connection. */
export function limitOptions({ statementMs, lockMs, idleInTransactionMs }: DatabaseLimits): string {
  const options = {
    statement_timeout: statementMs,
    lock_timeout: lockMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    ...SERVER_NOTICES,
  };
  return Object.entries(options)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/**
 * A pool of which no slot is ever lost to a server that does not answer: after `answerMs` the statement fails, its
 * connection is given up and another may take its place. The driver's own limit fails the statement alone.
 */
export function withinAnswerLimit(pool: pg.Pool, answerMs: number): PostgresPool {
  if (answerMs === 0) return pool;
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    options: pool.options,
    connect: async () => {
      const client = await pool.connect().catch((error: unknown) => {
        throw new DatabaseAway(error);
      });
      const limited = known.get(client) ?? limitedClient(client, answerMs);
      known.set(client, limited);
      return limited;
    },
    end: () => pool.end(),
  };
}

function limitedClient(client: pg.PoolClient, answerMs: number): PostgresPoolClient {
  let givenUp: Error | undefined;
  const query = async (text: string, parameters: unknown[]): Promise<pg.QueryResult> => {
    // A transaction is rolled back where a statement fails: that fails for the same reason.
    if (givenUp) throw givenUp;
    try {
      return await within(answerMs, () => client.query(text, parameters));
    } catch (error) {
      if (!(error instanceof TimedOut)) throw isLost(error) ? new DatabaseAway(error) : error;
      givenUp = new DatabaseAway(
        new Error(`The database has not answered for ${answerMs / SECOND_MS} s; it may be gone.`),
      );
      // Ends the connection at once, as it has a statement under way, and frees its slot.
      client.release(givenUp);
      throw givenUp;
    }
  };
  return {
    // Cursors are not used: nothing here streams rows.
    query: query as unknown as PostgresPoolClient['query'],
    release: () => {
      if (!givenUp) client.release();
    },
  };
}
