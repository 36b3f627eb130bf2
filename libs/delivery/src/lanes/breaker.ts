/** A lane's circuit breaker, kept in the database so that it survives its writer: an alert when it opens, when its cause changes, and when it closes. */
import type { Reason } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import type { Broken, Lane } from './lane.ts';
import type { DeliveryTables } from '../tables.ts';
import { tellTrouble } from './tell-trouble.ts';
import type { Suspect } from './whose-fault.ts';

/**
 * Marks the connection as broken; the first to do so for this cause tells it.
 *
 * Another cause than the one that stands replaces it, so that nobody follows an outdated remedy.
 * @param suspect whom the cause points at, kept with it
 * @returns whether it was told by this call
 */
export function openBreaker(
  database: Kysely<DeliveryTables>,
  lane: Lane,
  reason: Reason,
  suspect: Suspect,
  now: Date,
): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ before: string | null; waiting: number }>`
      update lanes set broken = ${JSON.stringify({ ...reason, suspect } satisfies Broken)}, broken_since = coalesce(lanes.broken_since, ${now})
      from (select connection_id, broken from lanes where connection_id = ${lane.connectionId} for update) as before
      left join totals using (connection_id)
      where lanes.connection_id = before.connection_id and lanes.fence = ${lane.fence}
      returning before.broken as before, coalesce(pending, 0)::float8 as waiting
    `.execute(transaction);
    const [row] = rows;
    if (!row || causeOf(row.before) === reason.cause) return false;
    await tellTrouble(transaction, lane, now, [
      {
        trouble: 'connection-broken',
        transition: 'triggered',
        cause: reason.cause,
        what: `Leads wait because the connection does not work. ${reason.what}`,
        remedy: reason.remedy,
        waiting: row.waiting,
      },
    ]);
    return true;
  });
}

/** Why a breaker closes: a lead has shown that the connection works, or none of a customer's waits behind it any more. */
export type Closing = 'works' | 'nothing-waits';

const CLOSED: Readonly<Record<Closing, { what: string; remedy: string }>> = {
  works: { what: 'Leads are written again.', remedy: 'Nothing need be done.' },
  'nothing-waits': {
    what: 'No lead waits for it any more: those that were refused are dead, each with its reason.',
    remedy: 'Mend what they were refused for, then replay them.',
  },
};

/** Marks the connection as broken no longer, whatever broke it. @returns whether it was this call that closed the breaker */
export function closeBreaker(
  database: Kysely<DeliveryTables>,
  lane: Lane,
  now: Date,
  why: Closing = 'works',
): Promise<boolean> {
  const waits = sql`exists (select from deliveries
    where deliveries.connection_id = lanes.connection_id and state = 'pending' and not is_test)`;
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql`
      update lanes set broken = null, broken_since = null
      where broken is not null and connection_id = ${lane.connectionId} and fence = ${lane.fence}
        and ${why === 'works' ? sql`true` : sql`not ${waits}`}
      returning connection_id
    `.execute(transaction);
    if (rows.length === 0) return false;
    await tellTrouble(transaction, lane, now, [
      { trouble: 'connection-broken', transition: 'cleared', ...CLOSED[why] },
    ]);
    return true;
  });
}

function causeOf(broken: string | null): string | undefined {
  return broken === null ? undefined : (JSON.parse(broken) as Broken).cause;
}
