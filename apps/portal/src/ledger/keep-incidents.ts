/** Keeps incidents: each as it was told last, and what was told of it on the way. */
import type { Incident } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { storable, storableJson } from './storable.ts';
import type { Touched } from './touched.ts';

/** Keeps each transition once, and of each incident the newest, whatever order they come in. */
export async function keepIncidents(
  transaction: Kysely<PortalTables>,
  incidents: readonly Incident[],
): Promise<Touched> {
  const told = await transaction
    .insertInto('incident_transitions')
    .values(incidents.map(transitionOf))
    .onConflict((conflict) => conflict.doNothing())
    .returning('incident_id')
    .execute();
  const newest = new Map<string, Incident>();
  for (const incident of incidents) {
    if (incident.version > (newest.get(incident.incidentId)?.version ?? 0))
      newest.set(incident.incidentId, incident);
  }
  const rows = [...newest.values()];
  const all = <Key extends keyof Incident>(key: Key): (NonNullable<Incident[Key]> | null)[] =>
    rows.map((incident) => incident[key] ?? null);
  const { rows: kept } = await sql<{ incident_id: string; connection_ids: string[] }>`
    insert into incidents (incident_id, version, kind, cause, state, since, resolved_at, connection_ids,
                           publisher_ids, told)
    select incident_id, version, kind, cause, state, since, resolved_at,
           array(select jsonb_array_elements_text(told -> 'connectionIds')::uuid),
           array(select jsonb_array_elements_text(told -> 'publisherIds')), told
    from unnest(${all('incidentId')}::uuid[], ${all('version')}::int[], ${rows.map(({ kind }) => storable(kind))}::text[],
                ${rows.map(({ cause }) => storable(cause))}::text[], ${all('state')}::text[],
                ${all('since')}::timestamptz[], ${all('resolvedAt')}::timestamptz[], ${rows.map(storableJson)}::jsonb[])
      as given (incident_id, version, kind, cause, state, since, resolved_at, told)
    order by incident_id
    on conflict (incident_id) do update
      set version = excluded.version, kind = excluded.kind, cause = excluded.cause, state = excluded.state,
          since = excluded.since, resolved_at = excluded.resolved_at, connection_ids = excluded.connection_ids,
          publisher_ids = excluded.publisher_ids, told = excluded.told
      where excluded.version > incidents.version
    returning incident_id, connection_ids
  `.execute(transaction);
  const offers = new Set(kept.flatMap((row) => row.connection_ids));
  const ids = new Set([...told, ...kept].map((row) => row.incident_id));
  return { incidents: [...ids], offers: [...offers] };
}

function transitionOf({ incidentId, version, at, transition, state, by, what }: Incident) {
  return {
    ...{ incident_id: incidentId, version, at, transition, state },
    by: storable(by),
    what: storable(what),
  };
}
