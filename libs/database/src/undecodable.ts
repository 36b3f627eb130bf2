/** Records that were not taken, kept with their bytes and where they came from, for a person to look at. */
import { type Generated, type QueryExecutorProvider, sql } from 'kysely';

export interface UndecodableTable {
  topic: string;
  partition: number;
  /** The broker's offset is a 64-bit number: kept as text. */
  record_offset: string;
  key: Buffer | null;
  value: Buffer | null;
  reason: string;
  kept_at: Generated<Date>;
}

/** What every schema of a consuming service has. */
export interface WithUndecodable {
  undecodable: UndecodableTable;
}

/** One such record as the transport hands it over. */
export interface UndecodableRecord {
  topic: string;
  partition: number;
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  reason: string;
}

/**
 * Keeps records; one that is kept already (its topic was replayed) changes nothing.
 * @returns those that were not kept before
 */
export async function keepUndecodable<Row extends UndecodableRecord>(
  database: QueryExecutorProvider,
  records: Row[],
): Promise<Row[]> {
  if (records.length === 0) return [];
  const { rows } = await sql<{ topic: string; partition: number; record_offset: string }>`
    insert into undecodable (topic, partition, record_offset, key, value, reason)
    select * from unnest(${records.map(({ topic }) => topic)}::text[], ${records.map(({ partition }) => partition)}::int[],
                         ${records.map(({ offset }) => offset)}::text[], ${records.map(({ key }) => key)}::bytea[],
                         ${records.map(({ value }) => value)}::bytea[], ${records.map(({ reason }) => reason)}::text[])
    on conflict do nothing
    returning topic, partition, record_offset
  `.execute(database);
  const fresh = new Set(rows.map((row) => placeOf(row.topic, row.partition, row.record_offset)));
  return records.filter(({ topic, partition, offset }) => fresh.has(placeOf(topic, partition, offset)));
}

function placeOf(topic: string, partition: number, offset: string): string {
  return `${topic}[${partition}]@${offset}`;
}
