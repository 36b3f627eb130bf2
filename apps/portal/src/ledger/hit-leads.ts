/** Which leads an incident hits, and how hard: conditions of SQL that lists, counts and pages share, so that they agree. */
import type { Trouble } from '@leads/contracts';
import type { Problem } from '@leads/contracts/portal-api';
import { type RawBuilder, sql, type SqlBool } from 'kysely';

/** While one of these lasts, nothing of its connections is written. */
const HOLDING: readonly Trouble[] = ['connection-broken', 'destination-away', 'secret-expired'];

/** What keeps leads from Dynamics; other trouble wants a look, and leads are written. */
const GRAVE: readonly string[] = [...HOLDING, 'leads-refused'];

/**
 * The first leads die before there is an incident to say why. As long as an incident has to be quiet until it is over:
 * deaths of the one before are not among them.
 */
const NOTICED_WITHIN = sql`interval '15 minutes'`;

/** Of a row of `incidents`: it keeps all of its connections' leads waiting, or did. */
export const HOLDS = sql<SqlBool>`incidents.kind = any(${HOLDING}::text[])`;

/** Of rows of `leads` and `incidents`: the lead waits because of the incident. */
export const WAITS_FOR = sql<SqlBool>`(
  leads.state = 'pending' and incidents.state <> 'resolved'
  and incidents.connection_ids @> array[leads.connection_id]
  and (${HOLDS} or leads.reason ->> 'cause' = incidents.cause)
)`;

/** Of rows of `leads` and `incidents`: the lead is dead because of the incident. */
export const DEAD_OF = sql<SqlBool>`(
  leads.state = 'dead' and leads.reason ->> 'cause' = incidents.cause
  and incidents.connection_ids @> array[leads.connection_id]
  and leads.outcome_at between incidents.since - ${NOTICED_WITHIN} and coalesce(incidents.resolved_at, 'infinity')
)`;

/** Of a row of `leads`: it waits, or is dead, because of this incident. */
export function hitBy(incidentId: string): RawBuilder<SqlBool> {
  // The connections by themselves first: by them the index of rows that are not settled is found.
  return sql`leads.state <> 'written'
    and leads.connection_id = any((select connection_ids from incidents where incident_id = ${incidentId})::uuid[])
    and exists (select from incidents where incident_id = ${incidentId} and (${WAITS_FOR} or ${DEAD_OF}))`;
}

/** To join with `connections`: the worst incident of each that is not resolved, a {@link Problem} named `incident`, with the connection's leads that it hits now. */
export const WORST_INCIDENT = sql`
  lateral (
    select jsonb_build_object('incidentId', incident_id, 'kind', incidents.kind, 'cause', cause,
                              'since', told -> 'since', 'what', told -> 'what', 'remedy', told -> 'remedy',
                              'leads', jsonb_build_object('waiting', waiting, 'dead', dead)) as incident,
           incidents.kind = any(${GRAVE}::text[]) as is_grave
    from (
      select * from incidents
      where incidents.connection_ids @> array[connections.connection_id] and incidents.state <> 'resolved'
      order by array_position(${GRAVE}::text[], incidents.kind), incidents.since limit 1
    ) as incidents,
    lateral (
      select count(*) filter (where ${WAITS_FOR}) as waiting, count(*) filter (where ${DEAD_OF}) as dead
      from leads
      where leads.connection_id = connections.connection_id and leads.state <> 'written'
        and leads.accepted_at is not null and not leads.is_test
    ) as hit
  ) as worst on true
`;

/** What {@link WORST_INCIDENT} adds to a row. */
export interface WorstIncident {
  incident: Problem | null;
  is_grave: boolean | null;
}
