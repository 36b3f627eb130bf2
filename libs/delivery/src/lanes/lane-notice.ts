/** How instances of the writer tell each other, through PostgreSQL, that a lane has something new. */
import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';

/** The token under which the channel of this writer is provided. */
export const LANE_CHANNEL = Symbol('lane channel');

/** The channel of LISTEN and NOTIFY for the writers whose tables stand in this schema. */
export function laneChannel(schema: string): string {
  return `${schema}_lanes`;
}

/**
 * `leads`: the connection has leads to deliver. `changed`: the connection itself is other than before. `probe`: a
 * test lead waits, and is to be tried although the lane may be holding back.
 */
export type LaneNews = 'leads' | 'changed' | 'probe';

export interface LaneNotice {
  news: LaneNews;
  connectionId: string;
}

/** Tells every instance once the transaction commits. */
export async function notifyLanes(
  transaction: Kysely<DeliveryTables>,
  notice: { news: LaneNews; connectionIds: string[] },
): Promise<void> {
  const payloads = [...new Set(notice.connectionIds)].map((id) => `${notice.news}:${id}`);
  await sql`select pg_notify(current_schema() || '_lanes', payload) from unnest(${payloads}::text[]) as payload`.execute(
    transaction,
  );
}

export function readNotice(payload: string): LaneNotice {
  const [news = '', connectionId = ''] = payload.split(':');
  return { news: news === 'changed' || news === 'probe' ? news : 'leads', connectionId };
}
