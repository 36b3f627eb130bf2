/** Reads incidents from the ledger: what was told of each, its offers, and the leads that it hits now. */
import type { Incident } from '@leads/contracts';
import type { IncidentDetail, Incidents, IncidentView } from '@leads/contracts/portal-api';
import { type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely';
import { type Scope, within } from '../access/scope.ts';
import { DEAD_OF, WAITS_FOR } from '../ledger/hit-leads.ts';
import type { PortalTables } from '../tables.ts';

const MOST = 200;

interface IncidentRow {
  told: Incident;
  offers: IncidentView['offers'];
  waiting: number;
  dead: number;
}

/** Those in the scope, in the order of {@link Incidents}. */
export async function readIncidents(database: Kysely<PortalTables>, scope: Scope): Promise<Incidents> {
  const { rows } = await sql<IncidentRow>`
    ${incidentsWhere(scope, sql`true`)}
    order by array_position(array['open', 'acknowledged', 'resolved'], incidents.state), since desc limit ${MOST}
  `.execute(database);
  const { open } = await database
    .selectFrom('incidents')
    .select(({ fn }) => fn.countAll<number>().as('open'))
    .where('state', '=', 'open')
    .where(ofScope(scope))
    .executeTakeFirstOrThrow();
  return { incidents: rows.map(viewOf), open };
}

/** @returns `undefined` where there is none in the scope */
export async function readIncident(
  database: Kysely<PortalTables>,
  scope: Scope,
  incidentId: string,
): Promise<IncidentDetail | undefined> {
  const { rows } = await sql<IncidentRow>`
    ${incidentsWhere(scope, sql`incident_id = ${incidentId}`)}
  `.execute(database);
  const [row] = rows;
  if (!row) return undefined;
  const { rows: timeline } = await sql<
    IncidentDetail['timeline'][number] & { at: Date; before: string | null }
  >`
    select at, transition, state, by, what, lag(state) over (order by version) as before
    from incident_transitions where incident_id = ${incidentId} order by version
  `.execute(database);
  return {
    ...viewOf(row),
    timeline: timeline
      .filter(({ transition, state, before }) => transition !== 'changed' || state !== before)
      .map(({ at, transition, state, by, what }) => ({ at: at.toISOString(), transition, state, by, what })),
  };
}

function incidentsWhere(scope: Scope, chosen: RawBuilder<SqlBool>): RawBuilder<IncidentRow> {
  return sql`
    select told, offers, waiting, dead
    from incidents,
    lateral (
      select coalesce(jsonb_agg(jsonb_build_object(
               'connectionId', connection_id, 'title', offer_title,
               'publisher', jsonb_build_object('id', publisher_id, 'name', publisher_name)
             ) order by offer_title, connection_id), '[]') as offers
      from connections
      where connection_id = any(connection_ids) and connections.state <> 'deleted'
        and ${within(scope, 'connections.publisher_id')}
    ) as felt,
    lateral (
      select count(*) filter (where ${WAITS_FOR}) as waiting, count(*) filter (where ${DEAD_OF}) as dead
      from leads
      where leads.connection_id = any(connection_ids) and leads.state <> 'written' and accepted_at is not null
        and not is_test and ${within(scope, 'leads.publisher_id')}
    ) as hit
    where ${ofScope(scope)} and ${chosen}
  `;
}

function ofScope(scope: Scope): RawBuilder<SqlBool> {
  return scope === 'everybody' ? sql`true` : sql`publisher_ids @> array[${scope.publisherId}]`;
}

function viewOf({ told, offers, waiting, dead }: IncidentRow): IncidentView {
  return { ...told, offers, leads: { waiting, dead } };
}
