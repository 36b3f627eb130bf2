/** Reads the feed of changes. */
import { type Kysely, sql } from 'kysely';
import type { PortalTables } from '../tables.ts';
import type { Audience, Change } from './event-frames.ts';

/** The channel of LISTEN and NOTIFY: something was added to the feed. */
export const CHANGES_CHANNEL = 'portal_changes';

/** What a look at the feed found, all of one moment. */
export interface Found {
  changes: Change[];
  /** The oldest and the newest change that is kept; `undefined` where none is. */
  kept: { oldest: number; newest: number } | undefined;
}

export interface Wanted {
  /** Changes of a higher id. */
  after: number;
  /** And of no higher id than this. */
  upTo?: number;
  /** What any of these may see. */
  audiences: readonly Audience[];
  limit: number;
}

/** The next changes, in order. */
export async function readChanges(database: Kysely<PortalTables>, wanted: Wanted): Promise<Found> {
  const { after, upTo = Number.MAX_SAFE_INTEGER, audiences, limit } = wanted;
  const publishers = audiences.flatMap((audience) =>
    audience === 'operators' ? [] : [audience.publisherId],
  );
  const scope = audiences.includes('operators')
    ? sql`true`
    : sql`publisher_id = any(${[...new Set(publishers)]}::text[])`;
  const { rows } = await sql<Partial<Change> & { oldest: number | null; newest: number | null }>`
    select oldest, newest, id, publisher_id as "publisherId", event, about, data
    from (select (select min(id) from changes) as oldest, (select max(id) from changes) as newest) as kept
    left join lateral (
      select id, publisher_id, event, data::text as data,
             coalesce(data ->> 'leadId', data ->> 'validationId', data ->> 'connectionId', '') as about
      from changes where id > ${after} and id <= ${upTo} and ${scope} order by id limit ${limit}
    ) as found on true
    order by id
  `.execute(database);
  const { oldest = null, newest = null } = rows[0] ?? {};
  return {
    changes: rows.filter((row): row is typeof row & Change => typeof row.id === 'number'),
    kept: oldest === null || newest === null ? undefined : { oldest, newest },
  };
}

/** How many changes there are for an audience after an id, counted up to `limit`. */
export async function countChanges(
  database: Kysely<PortalTables>,
  { after, audience, limit }: { after: number; audience: Audience; limit: number },
): Promise<number> {
  const scope = audience === 'operators' ? sql`true` : sql`publisher_id = ${audience.publisherId}`;
  const { rows } = await sql<{ count: number }>`
    select count(*) from (select from changes where id > ${after} and ${scope} limit ${limit}) as found
  `.execute(database);
  return rows[0]?.count ?? 0;
}
