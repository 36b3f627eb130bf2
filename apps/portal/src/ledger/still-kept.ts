/** What a topic tells of customers is kept only while it would not have gone already: nothing that went comes back. */
import { leadsBefore, type Retention } from '@leads/service';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { PortalTables } from '../tables.ts';

/** A record that tells of a lead of a connection. */
interface OfConnection {
  value: { connectionId: string };
  /** When it was published. */
  timestamp: Date;
}

/**
 * Leaves out records that were published longer ago than their publisher keeps leads. Topics keep them for less than
 * anybody may choose, unless an operator has them kept for longer: only then, and in a ledger that is read again, is
 * there any.
 */
export async function stillKept<Told extends OfConnection>(
  transaction: Kysely<PortalTables>,
  records: readonly Told[],
  retention: Retention,
  now: Date,
): Promise<readonly Told[]> {
  const isYoung = ({ timestamp }: Told): boolean =>
    timestamp.getTime() >= now.getTime() - retention.leastLeadsMs;
  if (records.every(isYoung)) return records;
  const ids = [...new Set(records.map(({ value }) => value.connectionId))];
  const { rows } = await sql<{ id: string; before: Date }>`
    select asked.id, ${publishersLeadsBefore(retention, now)} as before
    from unnest(${ids}::uuid[]) as asked (id)
    left join connections on connections.connection_id = asked.id
    left join publishers on publishers.id = connections.publisher_id
  `.execute(transaction);
  const beforeOf = new Map(rows.map(({ id, before }) => [id, before]));
  return records.filter((record) => {
    const before = beforeOf.get(record.value.connectionId);
    return isYoung(record) || before === undefined || record.timestamp >= before;
  });
}

/** Before when leads of the publisher in `publishers` go. */
export function publishersLeadsBefore(retention: Retention, now: Date): RawBuilder<Date> {
  return leadsBefore(retention, sql.ref('publishers.lead_days'), now);
}
