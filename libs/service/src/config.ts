/** What is read from the environment: a service's settings, or the one that its migrations need. */
import type { DatabaseServer, ServiceRole } from '@leads/database';
import { z } from 'zod';
import { databaseVariables } from './database-variables.ts';
import { databaseOf, readSettings, type SettingsOf } from './settings.ts';

/** The settings of the service that starts. A fault ends the process, see {@link readSettings}. */
export function settingsFromEnvironment<Shape extends z.ZodRawShape>(shape: Shape): SettingsOf<Shape> {
  return readSettings(process.env, shape);
}

/** Where what lies aside is, for the command that puts it back. */
export function putBackSettings(): DatabaseServer {
  return databaseOf(readSettings(process.env, databaseVariables));
}

/**
 * The database to bring up to date, as its owner, and the role that the service works under afterwards; without an
 * owner of its own the service's role is both.
 */
export function migrationSettings(): { server: DatabaseServer; role?: ServiceRole } {
  const {
    DATABASE_OWNER_URL: owner,
    DATABASE_OWNER_PASSWORD_FILE: ownerPassword,
    ...settings
  } = readSettings(process.env, {
    ...databaseVariables,
    DATABASE_OWNER_URL: z.string().min(1).optional(),
    DATABASE_OWNER_PASSWORD_FILE: z.string().optional(),
  });
  const server = databaseOf(settings);
  if (owner === undefined) return { server };
  const { username, password } = new URL(server.url);
  return {
    server: databaseOf({ ...settings, DATABASE_URL: owner, DATABASE_PASSWORD_FILE: ownerPassword }),
    role: { name: decodeURIComponent(username), password: decodeURIComponent(password) },
  };
}
