/** How far a replay has come, from what the ledger knows of its leads. */
import type { Replay } from '@leads/contracts/portal-api';
import { type Kysely, sql } from 'kysely';
import { type Scope, within } from '../access/scope.ts';
import type { PortalTables } from '../tables.ts';

/** @returns `undefined` where there is no such replay within the scope */
export async function readReplay(
  database: Kysely<PortalTables>,
  scope: Scope,
  replayId: string,
): Promise<Replay | undefined> {
  const replay = await database
    .selectFrom('replays')
    .select(['requested_at', 'requested_by'])
    .where('replay_id', '=', replayId)
    .where(within(scope, 'replays.publisher_id'))
    .executeTakeFirst();
  if (!replay) return undefined;
  const { rows } = await sql<{ total: number; written: number; dead: number }>`
    select count(*) as total,
           count(*) filter (where state = 'written') as written,
           -- Dead as it was when it was asked for, it waits to be taken up.
           count(*) filter (where state = 'dead' and outcome_at > coalesce(died_at, '-infinity')) as dead
    from replay_leads left join leads using (lead_id) where replay_id = ${replayId}
  `.execute(database);
  const { total = 0, written = 0, dead = 0 } = rows[0] ?? {};
  return {
    replayId,
    requestedAt: replay.requested_at.toISOString(),
    requestedBy: replay.requested_by,
    total,
    waiting: total - written - dead,
    written,
    dead,
  };
}
