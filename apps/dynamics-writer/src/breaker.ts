/** A lane's circuit breaker, kept in the database so that it survives its writer: one alert when it opens, one when it closes. */
import { randomUUID } from 'node:crypto';
import { type Alert, type Reason, topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { Lane } from './lane.ts';
import type { WriterTables } from './tables.ts';

/**
 * Marks the connection as broken; the first to do so tells its contacts.
 *
 * Another cause than the one that stands replaces it, so that nobody follows an outdated remedy.
 * @returns whether it was this call that opened the breaker
 */
export function openBreaker(
  database: Kysely<WriterTables>,
  lane: Lane,
  reason: Reason,
  now: Date,
): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ opened: boolean }>`
      update lanes set broken = ${JSON.stringify(reason)}, broken_since = coalesce(lanes.broken_since, ${now})
      from (select connection_id, broken from lanes where connection_id = ${lane.connectionId} for update) as before
      where lanes.connection_id = before.connection_id and lanes.fence = ${lane.fence}
      returning before.broken is null as opened
    `.execute(transaction);
    if (!rows[0]?.opened) return false;
    await tell(transaction, lane, now, {
      kind: 'connection-failing',
      what: `Leads wait because the connection does not work. ${reason.what}`,
      remedy: reason.remedy,
    });
    return true;
  });
}

/** Marks the connection as working again. @returns whether it was this call that closed the breaker */
export function closeBreaker(database: Kysely<WriterTables>, lane: Lane, now: Date): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql`
      update lanes set broken = null, broken_since = null
      where broken is not null and connection_id = ${lane.connectionId} and fence = ${lane.fence}
      returning connection_id
    `.execute(transaction);
    if (rows.length === 0) return false;
    await tell(transaction, lane, now, {
      kind: 'connection-restored',
      what: 'Leads are written again.',
      remedy: 'Nothing need be done.',
    });
    return true;
  });
}

async function tell(
  transaction: Kysely<WriterTables>,
  { connectionId }: Lane,
  now: Date,
  alert: Pick<Alert, 'kind' | 'what' | 'remedy'>,
): Promise<void> {
  await addToOutbox(transaction, topics.alerts, [
    { alertId: randomUUID(), connectionId, at: now.toISOString(), ...alert },
  ]);
}
