/** Who holds which key in docker-compose.yml; each name below is a volume that is mounted where it is needed alone. */

/** Each has a key of its own to sign with, and a role in PostgreSQL with a password that nobody else is told. */
export const databaseUsers: readonly string[] = [
  'ingest-gateway',
  'credentials',
  'dynamics-writer',
  'notification',
  'portal',
];

type Holders = readonly [string, ...string[]];

/** By file: the first keeps it, the others get a copy at each start. Private keys have one holder. */
export const holders: Readonly<Record<string, Holders>> = {
  ...Object.fromEntries(databaseUsers.map((name): [string, Holders] => [`${name}.jwk.json`, [name]])),
  'master.key': ['credentials'],
  'requester-keys.json': ['credentials'],
  'service-keys.json': ['credentials', ...databaseUsers.filter((name) => name !== 'credentials')],
  'credentials-api.key': ['credentials', 'seed'],
  'portal-session.key': ['portal'],
};

/** What a service finds its role's password as, and the migrations that of the role which owns the schemas. */
export const passwordFile = 'database.password';
export const ownerPassword = { holder: 'database', file: 'owner.password' };

/** The folders that the job which makes all this writes to, each a volume. */
export const folders: readonly string[] = [
  ...new Set([ownerPassword.holder, ...databaseUsers, ...Object.values(holders).flat()]),
];
