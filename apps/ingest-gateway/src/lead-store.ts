/** What the gateway asks of its database. Each is one statement, so each holds under any concurrency. */
import { type ConnectionChanged, type LeadAccepted, topics } from '@leads/contracts';
import { outboxRow } from '@leads/database';
import { type Kysely, sql } from 'kysely';
import type { GatewayTables } from './tables.ts';

type Database = Kysely<GatewayTables>;

/** A connection, as far as posts to its address are concerned. */
export interface KnownConnection extends Pick<
  ConnectionChanged,
  'connectionId' | 'version' | 'state' | 'addressKeyHash'
> {
  /** `null` where that is not known. */
  changedAt: Date | null;
  /** `null` where its publisher has not chosen. */
  repeatHours: number | null;
  /** Addresses that were replaced, and until when each still works. */
  earlier: { keyHash: string; until: Date }[];
}

/** The connections at these addresses; of an address that nobody has, nothing. */
export async function connectionsAt(
  database: Database,
  addressKeyHashes: readonly string[],
): Promise<KnownConnection[]> {
  const rows = await database
    .selectFrom('connections')
    .select([
      ...([
        'connection_id as connectionId',
        'version',
        'state',
        'address_key_hash as addressKeyHash',
      ] as const),
      ...(['changed_at as changedAt', 'repeat_hours as repeatHours'] as const),
      ...(['earlier_hashes', 'earlier_until'] as const),
    ])
    .where(
      sql<boolean>`address_key_hash = any(${addressKeyHashes}::text[]) or earlier_hashes && ${addressKeyHashes}::text[]`,
    )
    .execute();
  return rows.map(({ earlier_hashes: hashes, earlier_until: until, ...row }) => ({
    ...row,
    earlier: (hashes ?? []).map((keyHash, at) => ({ keyHash, until: until?.[at] ?? new Date(0) })),
  }));
}

/** A lead that asks to be committed. */
export interface Posted {
  lead: LeadAccepted;
  /** What makes it the same as another; absent where it is never taken for one. */
  fingerprint?: Buffer;
  /** How long a repeat is folded into it, in milliseconds, counted from the first of the repeats. */
  windowMs: number;
}

/** What became of it. */
export interface Accepted {
  /** Its own id, or that of the lead which it repeats. */
  leadId: string;
  duplicate: boolean;
}

/**
 * Commits leads together with their events, all of them in one statement, or finds the leads that they repeat.
 *
 * A repeat within the window gets the first one's id, and its event says just that; after the window the row
 * starts anew. Equal leads of one call are folded as those of two.
 * @returns what became of each, in their order
 */
export async function acceptAll(database: Database, posted: readonly Posted[]): Promise<Accepted[]> {
  const rows = inOneOrder(posted);
  const column = <Value>(of: (row: (typeof rows)[number]) => Value): Value[] => rows.map(of);
  // "do update" and not "do nothing": only an update gives back, and waits for, the row of a concurrent repeat.
  // Which lead a repeat repeats only the statement finds out, and so it makes that event itself.
  // JSON has no line breaks of its own, so events lie line by line: as an array, each would be escaped and read again.
  const { rows: settled } = await sql<{ place: number; lead_id: string }>`
    with posted as materialized (
      select * from unnest(
        ${column(({ place }) => place)}::int[],
        ${column(({ lead }) => lead.leadId)}::uuid[],
        ${column(({ lead }) => lead.connectionId)}::uuid[],
        ${column(({ fingerprint }) => fingerprint ?? null)}::bytea[],
        ${column(({ lead }) => lead.acceptedAt)}::text[],
        ${column(({ windowMs }) => windowMs)}::float8[],
        ${column(({ repeatsBehind }) => repeatsBehind ?? null)}::int[],
        string_to_array(${column(({ event }) => event).join('\n')}, e'\n')
      ) as posted (place, own_id, connection_id, fingerprint, at, window_ms, repeats_behind, event)
    ), first as (
      insert into accepted as known (connection_id, fingerprint, lead_id, received_at, repeats)
      select connection_id, fingerprint, own_id, at::timestamptz, repeats_behind from posted
      where repeats_behind is not null
      on conflict (connection_id, fingerprint) do update set (lead_id, received_at, repeats) = (
        select case when ended then own_id else known.lead_id end,
               case when ended then excluded.received_at else known.received_at end,
               case when ended then repeats_behind else known.repeats + 1 + repeats_behind end
        from posted, lateral (
          select known.received_at < excluded.received_at - window_ms * interval '1 ms' as ended
        ) as window_of_first
        where posted.connection_id = excluded.connection_id and posted.fingerprint = excluded.fingerprint
          and repeats_behind is not null
      )
      returning connection_id, fingerprint, lead_id
    ), settled as (
      select posted.*, coalesce(first.lead_id, own_id) as lead_id,
             own_id = first.lead_id or first.lead_id is null as is_new
      from posted left join first using (connection_id, fingerprint)
    ), events as (
      insert into outbox (topic, key, value)
      select case when is_new then ${topics.leadsAccepted.name} else ${topics.leadsRepeated.name} end,
             case when is_new then connection_id else lead_id end,
             case when is_new then event
                  else json_build_object('leadId', lead_id, 'connectionId', connection_id, 'at', at)::text end
      from settled order by place
    )
    select place, lead_id from settled order by place
  `.execute(database);
  return posted.map(({ lead: { leadId } }, place) => {
    const row = settled[place];
    if (row?.place !== place) throw new Error('The database took leads in and gave no row back.');
    return { leadId: row.lead_id, duplicate: row.lead_id !== leadId };
  });
}

/** As rows of the statement, in an order that two calls at the same time share: neither waits for the other for ever. */
function inOneOrder(posted: readonly Posted[]) {
  const rows = posted.map(({ lead, fingerprint, windowMs }, place) => ({
    ...{ place, lead, fingerprint, windowMs },
    same: fingerprint ? `${lead.connectionId} ${fingerprint.toString('hex')}` : '',
    event: outboxRow(topics.leadsAccepted, lead).value,
    /** Of the first of equal ones, how many more there are. */
    repeatsBehind: undefined as number | undefined,
  }));
  for (const [same, equal] of Map.groupBy(rows, (row) => row.same)) {
    const [first] = equal;
    if (same !== '' && first) first.repeatsBehind = equal.length - 1;
  }
  return rows.sort((one, other) => (one.same < other.same ? -1 : Number(one.same > other.same)));
}

/** Whether more events wait in the outbox than so many. */
export async function hasMoreEvents(database: Database, than: number): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from (select 1 from outbox limit ${than}::int + 1) as events
  `.execute(database);
  return (rows[0]?.count ?? 0) > than;
}
