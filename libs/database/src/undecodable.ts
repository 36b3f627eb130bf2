/** Records that could not be decoded, kept with their bytes and where they came from, for a person to look at. */
import type { Generated, Kysely } from 'kysely';

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

/** Keeps records; one that is kept already (its topic was replayed) changes nothing. */
export async function keepUndecodable<Tables extends WithUndecodable>(
  database: Kysely<Tables>,
  records: UndecodableRecord[],
): Promise<void> {
  if (records.length === 0) return;
  await (database as unknown as Kysely<WithUndecodable>)
    .insertInto('undecodable')
    .values(records.map(({ offset, ...record }) => ({ ...record, record_offset: offset })))
    .onConflict((conflict) => conflict.columns(['topic', 'partition', 'record_offset']).doNothing())
    .execute();
}
