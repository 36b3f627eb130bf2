/** A lead that waits and waits while its connection works: a trouble of its own, told once, and over when it is settled. */
import { HOUR_MS } from '@leads/pacing';
import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import type { Settlement } from './deliveries.ts';
import { tellDeferral } from './tell-deferral.ts';
import { tellTrouble } from './tell-trouble.ts';

/** For so long a lead may wait before anybody is told, in milliseconds: tries are minutes apart by then. */
export const STUCK_AFTER_MS = HOUR_MS;

/**
 * Tells of leads that have been tried for {@link STUCK_AFTER_MS}, and of those told so that are settled.
 * @param isInTrouble all leads of the connection wait, which is told already
 */
export async function tellStuck(
  transaction: Kysely<DeliveryTables>,
  { connectionId }: { connectionId: string },
  settlements: readonly Settlement[],
  isInTrouble: boolean,
): Promise<void> {
  const stuck = isInTrouble ? [] : settlements.filter(isStuck);
  for (const { delivery, end, at } of stuck) {
    if (end.kind !== 'deferred') continue;
    const { cause, what, remedy } = end.reason;
    const told = { ...tellDeferral(delivery.told, cause, at).told, stuckFor: cause };
    await sql`
      update deliveries set told = ${JSON.stringify(told)}
      where lead_id = ${delivery.accepted.leadId} and state = 'pending'
    `.execute(transaction);
    await tellTrouble(transaction, { connectionId }, at, [
      {
        ...TROUBLE,
        cause,
        transition: 'triggered',
        since: new Date(told.since ?? at).toISOString(),
        what: `A lead has not been written for an hour, and the connection works for others. ${what}`,
        remedy,
        waiting: await waitingFor(transaction, connectionId, cause),
      },
    ]);
  }
  for (const { delivery, end, at } of settlements) {
    const cause = delivery.told?.stuckFor;
    if (cause === undefined || end.kind === 'deferred') continue;
    if ((await waitingFor(transaction, connectionId, cause)) > 0) continue;
    await tellTrouble(transaction, { connectionId }, at, [
      {
        ...TROUBLE,
        cause,
        transition: 'cleared',
        what: 'The lead waits no more.',
        remedy: 'Nothing need be done.',
      },
    ]);
  }
}

const TROUBLE = { trouble: 'connection-warning' } as const;

function isStuck({ delivery, end, at }: Settlement): boolean {
  const { since, stuckFor } = delivery.told ?? {};
  if (end.kind !== 'deferred' || !end.counts || delivery.accepted.isTest) return false;
  return since !== undefined && stuckFor === undefined && at.getTime() - since >= STUCK_AFTER_MS;
}

/** How many leads are told to wait so. */
async function waitingFor(
  transaction: Kysely<DeliveryTables>,
  connectionId: string,
  cause: string,
): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`
    select count(*)::float8 as waiting from deliveries
    where connection_id = ${connectionId} and state = 'pending' and told::json ->> 'stuckFor' = ${cause}
  `.execute(transaction);
  return rows[0]?.waiting ?? 0;
}
