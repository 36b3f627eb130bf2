/** The picture of incidents in the database: as much of it as a change touches, read and written in one transaction. */
import { type Incident, topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { type Kysely, sql, type Transaction } from 'kysely';
import { ConnectionFacts } from '../connection-facts.ts';
import type { CredentialsTables } from '../tables.ts';
import type { Folded, Kept, Picture } from './fold-incidents.ts';
import type { Whereabouts } from './read-alert.ts';
import type { Signal } from './signal.ts';

type Database = Kysely<CredentialsTables>;

/** Which part of the picture: all that these connections say, and who else feels these incidents. */
export interface Part {
  connectionIds: readonly string[];
  keys: readonly string[];
}

/**
 * Changes the picture, one change at a time among all instances, and commits with it what is told.
 * @param read reads the part that is touched
 */
export function changePicture(
  database: Database,
  now: Date,
  read: (transaction: Transaction<CredentialsTables>) => Promise<Picture>,
  fold: (picture: Picture, transaction: Transaction<CredentialsTables>) => Folded | Promise<Folded>,
): Promise<Incident[]> {
  return database.transaction().execute(async (transaction) => {
    await sql`lock table incidents_lock in exclusive mode`.execute(transaction);
    const before = await read(transaction);
    const { picture, transitions } = await fold(before, transaction);
    const changed = [...picture.signals].filter(
      ([connectionId, own]) => before.signals.get(connectionId) !== own,
    );
    await saveSignals(
      transaction,
      changed.flatMap(([, own]) => own),
      now,
    );
    await saveIncidents(transaction, transitions, now);
    const told = transitions.map(({ incident }) => incident);
    await addToOutbox(transaction, topics.incidents, told);
    return told;
  });
}

/** Reads a part of the picture; of the connections that are not asked for, only what stands. */
export async function readPicture(database: Database, { connectionIds, keys }: Part): Promise<Picture> {
  const known = await sql<{ signal: Signal }>`
    select signal from incident_signals where connection_id = any(${connectionIds}::uuid[])
    union all
    select signal from incident_signals
    where stands and connection_id <> all(${connectionIds}::uuid[])
      and incident_key in (
        select incident_key from incident_signals where connection_id = any(${connectionIds}::uuid[])
        union all select unnest(${keys}::text[])
      )
  `.execute(database);
  const signals = known.rows.map(({ signal }) => signal);
  const touched = new Set([...keys, ...signals.map(({ key }) => key)]);
  const incidents = await unended(database)
    .where('incident_key', 'in', [...touched, ''])
    .execute();
  return {
    signals: Map.groupBy(signals, ({ connectionId }) => connectionId),
    incidents: keptOf(incidents),
  };
}

/** Which trouble of a connection stands. */
export async function readTroubles(database: Database, connectionId: string): Promise<string[]> {
  const rows = await database
    .selectFrom('incident_signals')
    .select('trouble')
    .where('connection_id', '=', connectionId)
    .where('stands', '=', true)
    .execute();
  return rows.map(({ trouble }) => trouble);
}

/** What stands of each trouble and was told last before its time. */
export async function readToldBefore(
  database: Database,
  times: Readonly<Record<string, Date>>,
): Promise<Signal[]> {
  const { rows } = await sql<{ signal: Signal }>`
    select signal from incident_signals
    join unnest(${Object.keys(times)}::text[], ${Object.values(times)}::timestamptz[]) as old (trouble, before)
      using (trouble)
    where stands and (signal ->> 'at')::timestamptz < before
  `.execute(database);
  return rows.map(({ signal }) => signal);
}

/** The incidents of which something is due: their end after a quiet time, or a reminder. */
export async function readDue(database: Database, quietSince: Date, toldBefore: Date): Promise<Picture> {
  const due = await unended(database)
    .where(
      sql<boolean>`case incident ->> 'state' when 'resolved' then changed_at <= ${quietSince}
                   when 'open' then told_at <= ${toldBefore} else false end`,
    )
    .execute();
  return { signals: new Map(), incidents: keptOf(due) };
}

/**
 * Where connections are, to tell what they share; none of those that never were. Nobody changes them before the
 * transaction ends, so that what a change mends is not told after it.
 */
export async function readWhereabouts(
  database: Database,
  connectionIds: readonly string[],
): Promise<Map<string, Whereabouts>> {
  if (connectionIds.length === 0) return new Map();
  const rows = await database
    .selectFrom('connections')
    .select(['id', 'facts', 'changed_at'])
    .where('id', 'in', connectionIds)
    .forShare()
    .execute();
  return new Map(
    rows.map((row) => [row.id, { ...ConnectionFacts.parse(row.facts), changedAt: row.changed_at }]),
  );
}

function unended(database: Database) {
  return database
    .selectFrom('incidents')
    .select(['incident_key', 'incident', 'told_at'])
    .where('ended_at', 'is', null);
}

type IncidentRow = { incident_key: string; incident: Incident; told_at: Date };

function keptOf(rows: readonly IncidentRow[]): Map<string, Kept> {
  return new Map(
    rows.map(({ incident_key: key, incident, told_at: toldAt }) => [
      key,
      { key, incident, toldAt: toldAt.toISOString() },
    ]),
  );
}

async function saveSignals(database: Database, signals: readonly Signal[], now: Date): Promise<void> {
  if (signals.length === 0) return;
  const rows = signals.map((signal) => ({
    connection_id: signal.connectionId,
    trouble: signal.trouble,
    same_as: signal.sameAs,
    incident_key: signal.key,
    stands: signal.stands,
    signal: JSON.stringify(signal),
    changed_at: now,
  }));
  await database
    .insertInto('incident_signals')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['connection_id', 'trouble', 'same_as']).doUpdateSet((row) => ({
        incident_key: row.ref('excluded.incident_key'),
        stands: row.ref('excluded.stands'),
        signal: row.ref('excluded.signal'),
        changed_at: row.ref('excluded.changed_at'),
      })),
    )
    .execute();
}

/** Of an incident with several transitions at once the last is how it is. */
async function saveIncidents(database: Database, transitions: readonly Kept[], now: Date): Promise<void> {
  const last = new Map(transitions.map((kept) => [kept.incident.incidentId, kept]));
  for (const { key, incident, toldAt } of last.values()) {
    const row = {
      incident: JSON.stringify(incident),
      told_at: new Date(toldAt),
      changed_at: now,
      ended_at: incident.transition === 'resolved' ? now : null,
    };
    await database
      .insertInto('incidents')
      .values({ incident_id: incident.incidentId, incident_key: key, ...row })
      .onConflict((conflict) => conflict.column('incident_id').doUpdateSet(row))
      .execute();
  }
}
