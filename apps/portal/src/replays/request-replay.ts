/** A person wants dead leads delivered again: which, written down together with the requests to the writer. */
import { randomUUID } from 'node:crypto';
import { topics } from '@leads/contracts';
import type { ReplayOrder } from '@leads/contracts/portal-api';
import { addToOutbox } from '@leads/database';
import { type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely';
import { type Scope, within } from '../access/scope.ts';
import { filterCondition } from '../leads/find-leads.ts';
import type { PortalTables } from '../tables.ts';

/** What one event on the topic may hold. */
const MOST_LEADS_AN_EVENT = 10_000;
/** Events that are in memory at a time. */
const EVENTS_AT_A_TIME = 5;

export interface RequestedReplay {
  replayId: string;
  order: ReplayOrder;
  /** Whose leads may be chosen. */
  scope: Scope;
  /** Who asks, for people to read. */
  requestedBy: string;
  now: Date;
}

/**
 * Chooses the dead leads among those that are asked for, and asks the writer for them: all of it or nothing.
 * @returns how many; with none, nothing is kept
 */
export async function requestReplay(
  database: Kysely<PortalTables>,
  replay: RequestedReplay,
): Promise<number> {
  return database.transaction().execute(async (transaction) => {
    const { replayId, scope, requestedBy, now } = replay;
    await transaction
      .insertInto('replays')
      .values({
        replay_id: replayId,
        publisher_id: scope === 'everybody' ? null : scope.publisherId,
        requested_by: requestedBy,
        requested_at: now,
      })
      .execute();
    const leads = await chooseLeads(transaction, replay);
    if (leads > 0) await askWriter(transaction, replay);
    else await transaction.deleteFrom('replays').where('replay_id', '=', replayId).execute();
    return leads;
  });
}

/** How many leads of which publisher a replay chose. */
export async function countReplayed(
  database: Kysely<PortalTables>,
  replayId: string,
): Promise<Map<string, number>> {
  const rows = await database
    .selectFrom('replay_leads')
    .innerJoin('leads', 'leads.lead_id', 'replay_leads.lead_id')
    .select(['leads.publisher_id', ({ fn }) => fn.countAll<string>().as('leads')])
    .where('replay_id', '=', replayId)
    .groupBy('leads.publisher_id')
    .execute();
  return new Map(rows.map(({ publisher_id, leads }) => [publisher_id ?? '', Number(leads)]));
}

/** One statement: the leads never leave the database, for they may be very many. */
async function chooseLeads(
  transaction: Kysely<PortalTables>,
  { replayId, order, scope }: RequestedReplay,
): Promise<number> {
  // `state <> 'written'` says nothing new: by these very words the index of rows that are not settled is found.
  const { numAffectedRows = 0n } = await sql`
    insert into replay_leads (replay_id, lead_id, connection_id, died_at)
    select ${replayId}, lead_id, connection_id, outcome_at from leads
    where state = 'dead' and state <> 'written' and not is_test and accepted_at is not null
      and ${chosen(order, scope)} and not ${OF_DELETED}
  `.execute(transaction);
  return Number(numAffectedRows);
}

/** Nothing delivers leads of a deleted connection any more. */
const OF_DELETED = sql<SqlBool>`exists (
  select from connections where connections.connection_id = leads.connection_id and connections.state = 'deleted')`;

/** Whether there are dead leads among those that are asked for, all of them of deleted connections. */
export async function areOfDeleted(
  database: Kysely<PortalTables>,
  { order, scope }: Pick<RequestedReplay, 'order' | 'scope'>,
): Promise<boolean> {
  const { rows } = await sql`
    select from leads
    where state = 'dead' and state <> 'written' and not is_test and accepted_at is not null
      and ${chosen(order, scope)} and ${OF_DELETED} limit 1
  `.execute(database);
  return rows.length > 0;
}

function chosen({ leadIds, filter }: ReplayOrder, scope: Scope): RawBuilder<SqlBool> {
  return sql.join(
    [
      within(scope, 'leads.publisher_id'),
      ...(leadIds ? [sql<SqlBool>`lead_id = any(${leadIds}::uuid[])`] : []),
      ...(filter ? [filterCondition(scope, filter)] : []),
    ],
    sql` and `,
  );
}

/** The writer carries each id out once: the first request has the replay's own, further ones get one each. */
async function askWriter(
  transaction: Kysely<PortalTables>,
  { replayId, requestedBy, now }: RequestedReplay,
): Promise<void> {
  await sql`
    declare requests no scroll cursor for
    select connection_id as "connectionId", array_agg(lead_id::text) as "leadIds"
    from (
      select connection_id, lead_id,
             (row_number() over (partition by connection_id order by lead_id) - 1) / ${sql.lit(MOST_LEADS_AN_EVENT)} as part
      from replay_leads where replay_id = ${sql.lit(replayId)}
    ) as numbered
    group by connection_id, part
  `.execute(transaction);
  let id = replayId;
  for (;;) {
    const { rows } = await sql<{ connectionId: string; leadIds: string[] }>`
      fetch ${sql.lit(EVENTS_AT_A_TIME)} from requests
    `.execute(transaction);
    if (rows.length === 0) break;
    const requests = rows.map(({ connectionId, leadIds }) => {
      const request = { replayId: id, connectionId, leadIds, requestedBy, at: now.toISOString() };
      id = randomUUID();
      return request;
    });
    await addToOutbox(transaction, topics.replays, requests);
  }
  await sql`close requests`.execute(transaction);
}
