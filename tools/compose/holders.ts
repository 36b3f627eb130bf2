/** Who holds which key in docker-compose.yml; each name below is a volume that is mounted where it is needed alone. */

/** By file: the first keeps it, the others get a copy at each start. Private keys have one holder. */
export const holders: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'master.key': ['credentials'],
  'requester-keys.json': ['credentials'],
  'credentials.jwk.json': ['credentials'],
  'service-keys.json': ['credentials', 'dynamics-writer'],
  'credentials-api.key': ['credentials', 'seed'],
  'dynamics-writer.jwk.json': ['dynamics-writer'],
  'portal.jwk.json': ['portal'],
  'portal-session.key': ['portal'],
};

/** Each has a role of its own in PostgreSQL, with a password that nobody else is told. */
export const databaseUsers: readonly string[] = [
  'ingest-gateway',
  'credentials',
  'dynamics-writer',
  'notification',
  'portal',
];

/** What a service finds its role's password as, and the migrations that of the role which owns the schemas. */
export const passwordFile = 'database.password';
export const ownerPassword = { holder: 'database', file: 'owner.password' };

/** The folders that the job which makes all this writes to, each a volume. */
export const folders: readonly string[] = [
  ...new Set([ownerPassword.holder, ...databaseUsers, ...Object.values(holders).flat()]),
];
