/** A publisher's own days: kept with it, and told to whoever keeps what its customers said. */
import { topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely';
import type { PortalTables } from '../tables.ts';

/** The days that a publisher chose; `null`: as the settings say. */
export async function chosenDays(
  database: Kysely<PortalTables>,
  publisherId: string,
): Promise<number | null> {
  const row = await database
    .selectFrom('publishers')
    .select('lead_days')
    .where('id', '=', publisherId)
    .executeTakeFirst();
  return row?.lead_days ?? null;
}

/** Keeps them, and tells of each of its connections in the same transaction. */
export async function chooseDays(
  database: Kysely<PortalTables>,
  publisherId: string,
  days: number | null,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await transaction
      .updateTable('publishers')
      .set({ lead_days: days })
      .where('id', '=', publisherId)
      .execute();
    await tellDays(transaction, sql`publishers.id = ${publisherId}`);
  });
}

/**
 * Tells for how many days these connections' publishers keep leads. Nobody changes these days before the transaction
 * ends: what is told last is how it is, by the database's clock.
 */
async function tellDays(transaction: Kysely<PortalTables>, which: RawBuilder<SqlBool>): Promise<void> {
  await sql`
    select from publishers join connections on connections.publisher_id = publishers.id
    where ${which} for share of publishers
  `.execute(transaction);
  const { rows } = await sql<{ connectionId: string; days: number | null; at: Date }>`
    select connection_id as "connectionId", lead_days as days, clock_timestamp() as at
    from publishers join connections on connections.publisher_id = publishers.id
    where ${which} order by connection_id
  `.execute(transaction);
  await addToOutbox(
    transaction,
    topics.retention,
    rows.map(({ at, ...told }) => ({ ...told, at: at.toISOString() })),
  );
}

/** Tells it once more of every connection whose publisher has chosen. */
export function tellAllDays(database: Kysely<PortalTables>): Promise<void> {
  return database
    .transaction()
    .execute((transaction) => tellDays(transaction, sql`publishers.lead_days is not null`));
}

/** Tells it of connections that became known, or are others than before, where their publisher has chosen. */
export function tellDaysOf(
  transaction: Kysely<PortalTables>,
  connectionIds: readonly string[],
): Promise<void> {
  if (connectionIds.length === 0) return Promise.resolve();
  return tellDays(
    transaction,
    sql`publishers.lead_days is not null and connection_id = any(${connectionIds}::uuid[])`,
  );
}
