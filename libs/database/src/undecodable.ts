/** Records that were not taken, kept with their bytes and where they came from, for a person to look at and put back. */
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
  /** As JSON; null of what was kept before headers were, and of what is no record. */
  headers: Generated<string | null>;
  record_at: Generated<Date | null>;
  /** Since when a person wants it to be taken once more. */
  put_back_at: Generated<Date | null>;
}

/** What every schema of a consuming service has. */
export interface WithUndecodable {
  undecodable: UndecodableTable;
}

/** A header of a record; a name can come more than once. */
export type KeptHeader = readonly [name: string, value: Buffer];

/** One such record as the transport hands it over. */
export interface UndecodableRecord {
  topic: string;
  partition: number;
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  reason: string;
  headers?: readonly KeptHeader[];
  /** When the record was made. */
  timestamp?: Date;
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
    insert into undecodable (topic, partition, record_offset, key, value, reason, headers, record_at)
    select * from unnest(${records.map(({ topic }) => topic)}::text[], ${records.map(({ partition }) => partition)}::int[],
                         ${records.map(({ offset }) => offset)}::text[], ${records.map(({ key }) => key)}::bytea[],
                         ${records.map(({ value }) => value)}::bytea[], ${records.map(({ reason }) => reason)}::text[],
                         ${records.map(({ headers }) => headers && writeHeaders(headers))}::text[],
                         ${records.map(({ timestamp }) => timestamp?.toISOString())}::timestamptz[])
    on conflict do nothing
    returning topic, partition, record_offset
  `.execute(database);
  const fresh = new Set(rows.map((row) => placeOf(row.topic, row.partition, row.record_offset)));
  return records.filter(({ topic, partition, offset }) => fresh.has(placeOf(topic, partition, offset)));
}

function writeHeaders(headers: readonly KeptHeader[]): string {
  return JSON.stringify(headers.map(([name, value]) => [name, value.toString('base64')]));
}

/** The headers of a record as they were kept. */
export function readHeaders(kept: string | null): KeptHeader[] {
  const pairs = kept === null ? [] : (JSON.parse(kept) as [string, string][]);
  return pairs.map(([name, value]) => [name, Buffer.from(value, 'base64')]);
}

function placeOf(topic: string, partition: number, offset: string): string {
  return `${topic}[${partition}]@${offset}`;
}
