/** A lane's circuit breaker, kept in the database so that it survives its writer: one alert when it opens, one when it closes. */
import { randomUUID } from 'node:crypto';
import { type Alert, type Reason, topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { Lane } from './lane.ts';
import type { WriterTables } from './tables.ts';

/** Marks the connection as broken; the first to do so tells its contacts. */
export async function openBreaker(
  database: Kysely<WriterTables>,
  lane: Lane,
  reason: Reason,
  now: Date,
): Promise<boolean> {
  return change(
    database,
    lane,
    sql`broken = ${JSON.stringify(reason)}, broken_since = ${now} where broken is null`,
    {
      kind: 'connection-failing',
      what: `Leads wait because the connection does not work. ${reason.what}`,
      remedy: `${reason.remedy} Nothing is lost: leads are taken in all the time, and go on by themselves once it works.`,
    },
    now,
  );
}

/** Marks the connection as working again. */
export async function closeBreaker(database: Kysely<WriterTables>, lane: Lane, now: Date): Promise<boolean> {
  return change(
    database,
    lane,
    sql`broken = null, broken_since = null where broken is not null`,
    { kind: 'connection-restored', what: 'Leads are written again.', remedy: 'Nothing need be done.' },
    now,
  );
}

/** @returns whether it was this call that changed the state */
async function change(
  database: Kysely<WriterTables>,
  lane: Lane,
  assignment: ReturnType<typeof sql>,
  alert: Pick<Alert, 'kind' | 'what' | 'remedy'>,
  now: Date,
): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql`
      update lanes set ${assignment} and connection_id = ${lane.connectionId} and fence = ${lane.fence}
      returning connection_id
    `.execute(transaction);
    if (rows.length === 0) return false;
    const { connectionId } = lane;
    await addToOutbox(transaction, topics.alerts, [
      { alertId: randomUUID(), connectionId, at: now.toISOString(), ...alert },
    ]);
    return true;
  });
}
