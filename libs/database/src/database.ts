/** The connection to PostgreSQL: one pool a service, one schema a service. */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { type DatabaseLimits, limitOptions, SERVICE_LIMITS, withinAnswerLimit } from './limits.ts';
import { connectionTo, type DatabaseServer } from './server.ts';

/** Where a service keeps its rows. */
export interface DatabaseSettings extends DatabaseServer {
  /** The service's own schema; every unqualified table name means a table in it. */
  schema: string;
  /** The most connections the pool opens. */
  poolSize: number;
  /** Shown by PostgreSQL as the application's name. */
  application: string;
  /** Those of a service, where nothing is said. */
  limits?: DatabaseLimits;
}

// bigint counts and sequence numbers of ours stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Opens a pool; connections are made when first used, so that a service starts before its database.
 * @param onIdleError told of a connection that broke while idle: the pool replaces it by itself.
 */
export function openDatabase<Tables>(
  settings: DatabaseSettings,
  onIdleError: (error: Error) => void,
): Kysely<Tables> {
  const { limits = SERVICE_LIMITS } = settings;
  const pool = new pg.Pool({
    ...connectionTo(settings),
    max: settings.poolSize,
    application_name: settings.application,
    options: `-c search_path=${settings.schema} ${limitOptions(limits)}`,
  });
  // The error that pg gives holds its whole client, which is nothing for a log.
  pool.on('error', (error) => onIdleError(new Error(error.message)));
  // A client in use that breaks between two statements would end the process; its next statement fails anyway.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: withinAnswerLimit(pool, limits.answerMs) }),
  });
}
