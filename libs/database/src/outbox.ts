/** The transactional outbox: events are committed with the rows they tell of, and published afterwards. */
import type { Carried, Topic } from '@leads/contracts';
import type { Generated, QueryExecutorProvider } from 'kysely';
import { sql } from 'kysely';

/** The outbox table, which is in every service's schema: `migrations/0001-outbox-and-undecodable.sql` of this library. */
export interface OutboxTable {
  id: Generated<number>;
  topic: string;
  key: string;
  value: string;
  created_at: Generated<Date>;
}

/** What no topic takes, with the reason: `migrations/0002-outbox-refused.sql`. */
export interface OutboxRefusedTable {
  id: number;
  topic: string;
  key: string;
  value: string;
  created_at: Date;
  reason: string;
  refused_at: Generated<Date>;
}

/** An event that was put aside. */
export type RefusedEvent = Pick<OutboxRefusedTable, 'id' | 'topic' | 'key' | 'value' | 'reason'>;

/** What every schema with an outbox has. */
export interface WithOutbox {
  outbox: OutboxTable;
  outbox_refused: OutboxRefusedTable;
}

/** The outbox row of one event. @throws where the value does not fit the topic's schema: a bug of ours. */
export function outboxRow<T extends Topic>(
  topic: T,
  value: Carried<T>,
): { topic: string; key: string; value: string } {
  const checked = topic.schema.parse(value) as Carried<T>;
  return { topic: topic.name, key: topic.key(checked), value: JSON.stringify(checked) };
}

/** Adds events to the outbox within the caller's transaction. */
export async function addToOutbox<T extends Topic>(
  transaction: QueryExecutorProvider,
  topic: T,
  values: Carried<T>[],
): Promise<void> {
  if (values.length === 0) return;
  const rows = values.map((value) => outboxRow(topic, value));
  await sql`
    insert into outbox (topic, key, value)
    select * from unnest(${rows.map((row) => row.topic)}::text[], ${rows.map((row) => row.key)}::text[],
                         ${rows.map((row) => row.value)}::text[])
  `.execute(transaction);
}
