/** How instances of the writer tell each other, through PostgreSQL, that a lane has something new. */
import { type Kysely, sql } from 'kysely';
import type { WriterTables } from './tables.ts';

/** The channel of LISTEN and NOTIFY. */
export const LANE_CHANNEL = 'dynamics_writer_lanes';

/** `changed`: the connection itself is other than before; otherwise it has leads to deliver. */
export interface LaneNotice {
  changed: boolean;
  connectionId: string;
}

/** Tells every instance once the transaction commits. */
export async function notifyLanes(
  transaction: Kysely<WriterTables>,
  notice: { changed: boolean; connectionIds: string[] },
): Promise<void> {
  const payloads = [...new Set(notice.connectionIds)].map(
    (id) => `${notice.changed ? 'changed' : 'leads'}:${id}`,
  );
  await sql`select pg_notify(${LANE_CHANNEL}, payload) from unnest(${payloads}::text[]) as payload`.execute(
    transaction,
  );
}

export function readNotice(payload: string): LaneNotice {
  const [what, connectionId = ''] = payload.split(':');
  return { changed: what === 'changed', connectionId };
}
