/** A service's own table of connections, kept from `connections.v1`. */
import type { ConnectionChanged } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';

/** What such a table has at least; `connection_id` is its primary key. */
export interface VersionedConnection {
  connection_id: string;
  version: number;
}

/** The other columns that a service keeps of a connection, in the JSON that PostgreSQL makes their type of. */
export type KeptColumns<Row extends VersionedConnection> = {
  [Column in Exclude<keyof Row, keyof VersionedConnection>]?: unknown;
};

/**
 * Keeps each connection's newest version, all of them in one statement. A version not above the one that is stored is
 * old news (topics are replayed, and relays overtake each other) and changes nothing.
 * @param columnsOf the same columns for every connection
 * @returns the ids of the connections that are other than before, each once
 */
export async function keepNewestConnections<Name extends string, Row extends VersionedConnection>(
  database: Kysely<Record<Name, Row>>,
  table: Name,
  changes: readonly ConnectionChanged[],
  columnsOf: (change: ConnectionChanged) => KeptColumns<Row>,
): Promise<string[]> {
  const newest = new Map<string, ConnectionChanged>();
  for (const change of changes) {
    if (change.version > (newest.get(change.connectionId)?.version ?? 0))
      newest.set(change.connectionId, change);
  }
  const rows = [...newest.values()].map((change) => ({
    connection_id: change.connectionId,
    version: change.version,
    ...columnsOf(change),
  }));
  const [first] = rows;
  if (!first) return [];
  const columns = Object.keys(first);
  const listed = sql.join(columns.map((column) => sql.ref(column)));
  const updates = columns
    .slice(1)
    .map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`);
  // In the order of their ids, so that two services' instances with the same rows cannot block each other for ever.
  const { rows: kept } = await sql<VersionedConnection>`
    insert into ${sql.table(table)} (${listed})
    select ${listed} from json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::json)
    order by connection_id
    on conflict (connection_id) do update set ${sql.join(updates)}
      where ${sql.ref(`${table}.version`)} < excluded.version
    returning connection_id
  `.execute(database);
  return kept.map((row) => row.connection_id);
}
