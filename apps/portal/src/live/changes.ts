/** Reads the feed of changes. */
import { type Kysely, sql } from 'kysely';
import { type Scope, within } from '../access/scope.ts';
import type { PortalTables } from '../tables.ts';
import type { Change } from './event-frames.ts';

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
  scopes: readonly Scope[];
  limit: number;
}

/** The next changes, in order. */
export async function readChanges(database: Kysely<PortalTables>, wanted: Wanted): Promise<Found> {
  const { after, upTo = Number.MAX_SAFE_INTEGER, scopes, limit } = wanted;
  const publishers = scopes.flatMap((scope) => (scope === 'everybody' ? [] : [scope.publisherId]));
  const isSeen = scopes.includes('everybody')
    ? sql`true`
    : sql`publisher_id = any(${[...new Set(publishers)]}::text[])`;
  const { rows } = await sql<Partial<Change> & { oldest: number | null; newest: number | null }>`
    select oldest, newest, id, publisher_id as "publisherId", event, about, data
    from (select (select min(id) from changes) as oldest, (select max(id) from changes) as newest) as kept
    left join lateral (
      select id, publisher_id, event, data::text as data,
             coalesce(data ->> 'leadId', data ->> 'validationId', data ->> 'connectionId',
                      data ->> 'incidentId', '') as about
      from changes where id > ${after} and id <= ${upTo} and ${isSeen} order by id limit ${limit}
    ) as found on true
    order by id
  `.execute(database);
  const { oldest = null, newest = null } = rows[0] ?? {};
  return {
    changes: rows.filter((row): row is typeof row & Change => typeof row.id === 'number'),
    kept: oldest === null || newest === null ? undefined : { oldest, newest },
  };
}

/** How many changes a scope has after an id, counted up to `limit`. */
export async function countChanges(
  database: Kysely<PortalTables>,
  { after, scope, limit }: { after: number; scope: Scope; limit: number },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from (
      select from changes where id > ${after} and ${within(scope, 'publisher_id')} limit ${limit}
    ) as found
  `.execute(database);
  return rows[0]?.count ?? 0;
}
