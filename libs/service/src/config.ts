/** The one setting that migrations need. */
import { readSettings, serviceSettings } from './settings.ts';

/** The database to bring up to date. */
export function migrationSettings(): { DATABASE_URL: string } {
  return readSettings(process.env, { DATABASE_URL: serviceSettings.DATABASE_URL });
}
