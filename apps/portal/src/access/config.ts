/** The one setting that registering a publisher needs. */
import type { DatabaseServer } from '@leads/database';
import { databaseOf, databaseVariables, readSettings } from '@leads/service';

/** The database that the publisher is written into. */
export function registrationSettings(): DatabaseServer {
  return databaseOf(readSettings(process.env, databaseVariables));
}
