/** The one setting that registering a publisher needs. */
import { readSettings, serviceSettings } from '@leads/service';

/** The database that the publisher is written into. */
export function registrationSettings(): { DATABASE_URL: string } {
  return readSettings(process.env, { DATABASE_URL: serviceSettings.DATABASE_URL });
}
