/** Connections in the database: each change is one transaction of version, row, event and audit line. */
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { addToAudit, type AuditedAct } from '../audit.ts';
import type { CredentialsTables } from '../tables.ts';
import { type Connection, ConnectionFacts, toEvent } from '../connection-facts.ts';

/** The connection at its present version; `undefined` where there never was one. */
export async function findConnection(
  database: Kysely<CredentialsTables>,
  connectionId: string,
): Promise<Connection | undefined> {
  const row = await database
    .selectFrom('connections')
    .selectAll()
    .where('id', '=', connectionId)
    .executeTakeFirst();
  return row && toConnection(row);
}

/** As {@link findConnection}, and nobody else changes it before the transaction ends. */
export async function lockConnection(
  transaction: Transaction<CredentialsTables>,
  connectionId: string,
): Promise<Connection | undefined> {
  const row = await transaction
    .selectFrom('connections')
    .selectAll()
    .where('id', '=', connectionId)
    .forUpdate()
    .executeTakeFirst();
  return row && toConnection(row);
}

/** Connections in the order of their ids, deleted ones too; nobody else changes them before the transaction ends. */
export async function lockConnections(
  transaction: Transaction<CredentialsTables>,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<Connection[]> {
  let query = transaction.selectFrom('connections').selectAll().orderBy('id').limit(limit).forUpdate();
  if (after !== undefined) query = query.where('id', '>', after);
  return (await query.execute()).map(toConnection);
}

/** Which connections are listed. */
export interface ConnectionsAsked {
  /** However it is spelled; everybody's without it. */
  publisherId?: string | undefined;
  limit: number;
  /** The id that the page before ended with. */
  after?: string | undefined;
}

/** Connections that are not deleted, in the order of their ids: chosen by the database, never more than are asked for. */
export async function listConnections(
  database: Kysely<CredentialsTables>,
  { publisherId, limit, after }: ConnectionsAsked,
): Promise<Connection[]> {
  let query = database
    .selectFrom('connections')
    .selectAll()
    .where('address_key_hash', 'is not', null)
    .orderBy('id')
    .limit(limit);
  if (publisherId !== undefined) {
    query = query.where(sql<boolean>`lower(facts->'publisher'->>'id') = ${publisherId.toLowerCase()}`);
  }
  if (after !== undefined) query = query.where('id', '>', after);
  return (await query.execute()).map(toConnection);
}

/** The publisher's other connections that sign in as the same application of the same directory. */
export async function listSameApplication(
  database: Kysely<CredentialsTables>,
  { connectionId, facts }: Connection,
): Promise<Connection[]> {
  const { applicationId, directoryId, publisher } = facts;
  if (applicationId === undefined || directoryId === undefined) return [];
  const rows = await database
    .selectFrom('connections')
    .selectAll()
    .where('address_key_hash', 'is not', null)
    .where('id', '!=', connectionId)
    .where(sql<boolean>`lower(facts->>'applicationId') = ${applicationId.toLowerCase()}`)
    .where(sql<boolean>`lower(facts->>'directoryId') = ${directoryId.toLowerCase()}`)
    .where(sql<boolean>`facts->'publisher'->>'id' = ${publisher.id}`)
    .orderBy('id')
    .execute();
  return rows.map(toConnection);
}

/** A connection as it was at one version, and what made it so. */
export interface ConnectionVersion extends Connection {
  change: string;
}

/** Versions of a connection, newest first; those of a deleted one too. */
export async function listVersions(
  database: Kysely<CredentialsTables>,
  connectionId: string,
): Promise<ConnectionVersion[]> {
  const rows = await database
    .selectFrom('connection_versions')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .orderBy('version', 'desc')
    .execute();
  return rows.map(toVersion);
}

/** One version of a connection. */
export async function findVersion(
  database: Kysely<CredentialsTables>,
  connectionId: string,
  version: number,
): Promise<ConnectionVersion | undefined> {
  const row = await database
    .selectFrom('connection_versions')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where('version', '=', version)
    .executeTakeFirst();
  return row && toVersion(row);
}

/** Commits a new version with the event and the audit line that tell of it. */
export async function commitVersion(
  transaction: Transaction<CredentialsTables>,
  connection: Connection,
  act: AuditedAct,
): Promise<void> {
  const { connectionId, version, changedAt, changedBy } = connection;
  const facts = JSON.stringify(ConnectionFacts.parse(connection.facts));
  const stamp = { changed_at: changedAt, changed_by: changedBy };
  const address_key_hash = connection.facts.state === 'deleted' ? null : connection.facts.addressKey.hash;
  await transaction
    .insertInto('connections')
    .values({ id: connectionId, version, facts, address_key_hash, ...stamp })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ version, facts, address_key_hash, ...stamp }),
    )
    .execute();
  await transaction
    .insertInto('connection_versions')
    .values({ connection_id: connectionId, version, facts, change: act, ...stamp })
    .execute();
  await addToOutbox(transaction, topics.connections, [toEvent(connection)]);
  await addToAudit(transaction, {
    at: changedAt,
    who: changedBy,
    what: act,
    connectionId,
    details: { version },
  });
}

type ConnectionRow = Omit<Selectable<CredentialsTables['connections']>, 'address_key_hash'>;

function toConnection(row: ConnectionRow): Connection {
  return {
    connectionId: row.id,
    version: row.version,
    facts: ConnectionFacts.parse(row.facts),
    changedAt: row.changed_at,
    changedBy: row.changed_by,
  };
}

function toVersion(row: Selectable<CredentialsTables['connection_versions']>): ConnectionVersion {
  const { connection_id: id, change, ...rest } = row;
  return { ...toConnection({ id, ...rest }), change };
}
