/** Keeps fields that are not known, and tells of those that had not come before: their names, and never what they hold. */
import { randomUUID } from 'node:crypto';
import { alertOf, topics, type UnknownField, type UnknownFieldsFound } from '@leads/contracts';
import { outboxRow } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import { Counter } from 'prom-client';
import type { GatewayTables } from '../tables.ts';

/** What is told of fields that are not known. */
const DRIFT = { trouble: 'fields-unknown', cause: 'fields-unknown' } as const;

const newFields = new Counter({
  name: 'gateway_unknown_fields_total',
  help: 'Fields of posted bodies that are not known and had not come to their connection before, as this process found.',
});

/** The most that are kept of one connection. */
const MOST_KEPT = 500;

/** @returns how many of these had not come to the connection before, each of which is told once */
export async function keepFields(
  database: Kysely<GatewayTables>,
  connectionId: string,
  fields: readonly UnknownField[],
  at: Date,
): Promise<number> {
  // In one order, so that two instances never wait for each other.
  const sorted = fields.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const isNew = await database.transaction().execute(async (transaction) => {
    const { rows } = await sql<UnknownField>`
      with given as (
        select * from unnest(${sorted.map(({ name }) => name)}::text[], ${sorted.map(({ kind }) => kind)}::text[])
          as given (name, kind)
      ), again as (
        update unknown_fields as known set last_at = greatest(known.last_at, ${at}::timestamptz)
        from given where known.connection_id = ${connectionId} and known.name = given.name
      )
      insert into unknown_fields (connection_id, name, kind, first_at, last_at)
      select ${connectionId}::uuid, name, kind, ${at}::timestamptz, ${at}::timestamptz from given
      where (select count(*) from unknown_fields where connection_id = ${connectionId}) < ${MOST_KEPT}
      order by name
      on conflict (connection_id, name) do nothing
      returning name, kind
    `.execute(transaction);
    if (rows.length > 0)
      await transaction
        .insertInto('outbox')
        .values(driftTold(connectionId, rows, at))
        .execute();
    return rows.length;
  });
  newFields.inc(isNew);
  return isNew;
}

function driftTold(connectionId: string, fields: readonly UnknownField[], at: Date) {
  const named = fields.map(({ name, kind }) => `${name} (${kind})`).join(', ');
  return outboxRow(
    topics.alerts,
    alertOf({
      ...{ alertId: randomUUID(), connectionId, at, transition: 'triggered', ...DRIFT },
      what: `Leads of this offer came with fields that are not known here: ${named}.`,
      remedy:
        'Nothing is lost: the leads are written without them, and each keeps the body that was posted. ' +
        'See in the console, under "Posts put aside", which fields came since when. ' +
        'Tell whoever runs this service where one of them matters.',
    }),
  );
}

/** The fields that came to these connections, or to all; those that came last first. */
export async function findFields(
  database: Kysely<GatewayTables>,
  connectionIds: readonly string[] | undefined,
): Promise<UnknownFieldsFound> {
  let query = database.selectFrom('unknown_fields').selectAll();
  if (connectionIds) query = query.where('connection_id', '=', sql<string>`any(${connectionIds}::uuid[])`);
  const rows = await query
    .orderBy('first_at', 'desc')
    .orderBy('connection_id')
    .orderBy('name')
    .limit(200)
    .execute();
  return {
    fields: rows.map(({ connection_id: connectionId, name, kind, first_at: first, last_at: last }) => ({
      ...{ connectionId, name, kind },
      ...{ firstAt: first.toISOString(), lastAt: last.toISOString() },
    })),
  };
}
