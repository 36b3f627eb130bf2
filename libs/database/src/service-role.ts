/** The role that a service works under: it owns nothing, and reaches its own schema alone. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { besideOthers } from './beside-others.ts';
import { connectionTo, type DatabaseServer } from './server.ts';

export interface ServiceRole {
  name: string;
  password: string;
}

/**
 * The connections that a service's instances have together, unless an administrator set another number: four with a
 * pool of ten and two listeners each, and a command. With all of five services there are free ones of 300 left, so
 * that none can shut the others out.
 */
export const SERVICE_CONNECTIONS = 50;

/**
 * Makes the role where there is none, and grants it the rows of its schema and nothing else; again with the same
 * changes nothing. To be run after the schema's migrations, by whoever owns it and may create roles.
 * @throws where the role is the owner's own, may more than a service should, or must be made and may not be
 */
export async function prepareServiceRole({
  schema,
  role,
  ...server
}: DatabaseServer & { schema: string; role: ServiceRole }): Promise<void> {
  const client = new pg.Client({ ...connectionTo(server), application_name: 'migrate' });
  await client.connect();
  try {
    // Roles and the database's own rights are of all services, which may be prepared at once.
    await besideOthers(() => prepare(client, schema, role));
  } finally {
    await client.end();
  }
}

async function prepare(client: pg.Client, schema: string, role: ServiceRole): Promise<void> {
  await client.query('begin');
  try {
    await makeRole(client, role);
    for (const statement of grants(client, schema, role.name)) await client.query(statement);
    await takeLargeObjects(client);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function makeRole(client: pg.Client, { name, password }: ServiceRole): Promise<void> {
  const { rows } = await client.query<{ mine: boolean; mighty: boolean; unlimited: boolean; admin: boolean }>(
    `select rolname = current_user as mine, rolconnlimit = -1 as unlimited,
            rolsuper or rolcreaterole or rolcreatedb or rolbypassrls as mighty,
            (select rolsuper from pg_roles where rolname = current_user)
              or pg_has_role(current_user, oid, 'usage with admin option') as admin
     from pg_roles where rolname = $1`,
    [name],
  );
  const [found] = rows;
  const role = client.escapeIdentifier(name);
  const secret = client.escapeLiteral(scramVerifier(password, randomBytes(16)));
  if (!found) {
    await client.query(
      `create role ${role} login nosuperuser nocreatedb nocreaterole noinherit connection limit ${SERVICE_CONNECTIONS} password ${secret}`,
    );
    return;
  }
  if (found.mine) {
    throw new Error(
      'DATABASE_URL and DATABASE_OWNER_URL name the same role: a service works under one that owns nothing.',
    );
  }
  if (found.mighty) {
    throw new Error(
      `The role ${name} of DATABASE_URL may do more than a service should: it is a superuser, may make roles or databases, or passes row security.`,
    );
  }
  // A role that somebody else made has the password that they gave it.
  if (!found.admin) return;
  const limit = found.unlimited ? `connection limit ${SERVICE_CONNECTIONS}` : '';
  await client.query(`alter role ${role} login ${limit} password ${secret}`);
}

/**
 * Takes from everybody what keeps bytes outside of every schema; only a superuser can, for it is the server's own. Asks
 * first, as a change to the catalogue for each start would wait for the other services' starts.
 */
async function takeLargeObjects(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ revoke: string }>(
    `select format('revoke execute on function %s from public', pg_proc.oid::regprocedure) as revoke
     from pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) as granted
     where pronamespace = 'pg_catalog'::regnamespace and granted.grantee = 0
       and proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_put', 'lowrite')
       and (select rolsuper from pg_roles where rolname = current_user)`,
  );
  for (const { revoke } of rows) await client.query(revoke);
}

function grants(client: pg.Client, schemaName: string, roleName: string): string[] {
  const [schema, role] = [client.escapeIdentifier(schemaName), client.escapeIdentifier(roleName)];
  const database = client.escapeIdentifier(client.database ?? '');
  return [
    // Unless taken away, everybody may connect and make temporary tables.
    `revoke all on database ${database} from public`,
    `grant connect on database ${database} to ${role}`,
    `revoke all on schema public from public`,
    `revoke all on schema ${schema} from public`,
    `revoke create on schema ${schema} from ${role}`,
    `grant usage on schema ${schema} to ${role}`,
    `revoke all on all tables in schema ${schema} from public, ${role}`,
    `grant select, insert, update, delete on all tables in schema ${schema} to ${role}`,
    `revoke all on ${schema}.migrations from ${role}`,
    `grant usage, select on all sequences in schema ${schema} to ${role}`,
  ];
}

/**
 * What PostgreSQL stores of a password, so that the password itself is in no statement and no log of the server.
 * RFC 5803; https://www.postgresql.org/docs/18/catalog-pg-authid.html. The password is of ASCII characters, for which
 * SASLprep changes nothing.
 */
export function scramVerifier(password: string, salt: Buffer, iterations = 4_096): string {
  if (!/^[\x20-\x7e]+$/.test(password)) {
    throw new Error('The password of DATABASE_URL must consist of printable ASCII characters.');
  }
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}
