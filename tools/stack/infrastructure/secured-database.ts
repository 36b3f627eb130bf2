/** A database as in production: TLS alone, an owner for migrations, a role for each service. Its secrets go with its folder. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES, type ServiceName } from '@leads/contracts';
import { certificateAuthority } from '@leads/testing/certificates';
import { databaseUser } from './database-settings.ts';

/** Owns the databases and their schemas, and makes the services' roles; no superuser. */
export const OWNER = 'owner';

/** Where a secured server is: what another process needs to reach it. */
export interface DatabaseFacts {
  /** Certificates and passwords. */
  readonly folder: string;
  readonly port: number;
}

/** How one database of a secured server is reached. */
export interface SecuredDatabase extends DatabaseFacts {
  /** The variables that a service reaches it with, under its own role. */
  environmentOf(service: ServiceName): Record<string, string>;
  /** What migrations are told besides. */
  readonly ownerEnvironment: Record<string, string>;
  /** The names of the services' roles, which are the whole server's. */
  readonly roles: readonly string[];
}

/**
 * Makes what the server and its clients need, once a folder: an authority, a certificate (by `selfsigned`) and
 * passwords, which only their owner reads.
 */
export async function keepDatabaseSecrets(folder: string): Promise<void> {
  if (existsSync(join(folder, 'made'))) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keep = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o600 });
  const authority = await certificateAuthority();
  const { certificate, key } = await authority.forServer();
  keep('ca.pem', authority.certificate);
  keep('server.crt', certificate);
  keep('server.key', key);
  for (const role of [databaseUser.name, OWNER, ...SERVICES]) {
    keep(`${role}.password`, randomBytes(24).toString('base64url'));
  }
  // Last: a folder that was left half made is made anew.
  keep('made', '');
}

/** The password of a role in a folder of secrets, or of the service that a role is for. */
export function passwordOf(folder: string, name: string): string {
  return readFileSync(join(folder, `${name}.password`), 'utf8');
}

/** The address of a database for its server's superuser, with what a driver needs for TLS. */
export function superuserUrl({ folder, port }: DatabaseFacts, database: string): string {
  const url = new URL(addressOf(port, database, databaseUser.name, passwordOf(folder, databaseUser.name)));
  url.searchParams.set('sslmode', 'verify-full');
  url.searchParams.set('sslrootcert', join(folder, 'ca.pem'));
  return url.href;
}

/**
 * @param database its name there
 * @param rolePrefix begins the services' roles, so that databases on one server share none
 */
export function securedDatabase(
  { folder, port }: DatabaseFacts,
  database: string,
  rolePrefix = '',
): SecuredDatabase {
  const owner = addressOf(port, database, OWNER, passwordOf(folder, OWNER));
  return {
    folder,
    port,
    environmentOf: (service) => ({
      DATABASE_URL: addressOf(port, database, `${rolePrefix}${service}`, passwordOf(folder, service)),
      DATABASE_TLS: 'true',
      DATABASE_CA_FILE: join(folder, 'ca.pem'),
    }),
    ownerEnvironment: { DATABASE_OWNER_URL: owner },
    roles: SERVICES.map((service) => `${rolePrefix}${service}`),
  };
}

function addressOf(port: number, database: string, user: string, password: string): string {
  const url = new URL(`postgres://127.0.0.1:${port}/${database}`);
  Object.assign(url, { username: user, password });
  return url.href;
}

/** pg_hba.conf: whoever comes comes under TLS and with a password. */
export const HOST_BASED_ACCESS = 'hostssl all all 127.0.0.1/32 scram-sha-256\n';
