/** What a person asks with `npm run put-back`: what lies aside, and that the running services take it once more. */
import { setTimeout as delay } from 'node:timers/promises';
import { SECOND_MS } from '@leads/pacing';
import { type QueryExecutorProvider, sql } from 'kysely';

/** What lies aside of one topic in one service's schema. */
export interface Aside {
  schema: string;
  topic: string;
  records: number;
  /** Of them, those that are to be put back and were not taken up yet. */
  asked: number;
  since: Date;
  /** Why, of one of them. */
  reason: string;
}

/** Everything that lies aside, in every schema that the database's user may read. */
export async function whatLiesAside(database: QueryExecutorProvider, topic?: string): Promise<Aside[]> {
  const aside: Aside[] = [];
  for (const schema of await schemas(database)) {
    const { rows } = await sql<Omit<Aside, 'schema'>>`
      select topic, count(*)::int as records, count(put_back_at)::int as asked, min(kept_at) as since, max(reason) as reason
      from ${sql.table(`${schema}.undecodable`)}
      where ${topic ?? null}::text is null or topic = ${topic ?? null}
      group by topic order by topic
    `.execute(database);
    aside.push(...rows.map((row) => ({ schema, ...row })));
  }
  return aside;
}

/**
 * Has the running services take what lies aside, and waits for what becomes of it.
 * @returns what was there before, and what still lies there
 */
export async function askToPutBack(
  database: QueryExecutorProvider,
  { topic, patienceMs, everyMs = SECOND_MS }: { topic?: string; patienceMs: number; everyMs?: number },
): Promise<{ before: Aside[]; after: Aside[] }> {
  const before = await whatLiesAside(database, topic);
  for (const { schema, topic: one } of before) {
    await sql`
      update ${sql.table(`${schema}.undecodable`)} set put_back_at = now() where topic = ${one} and put_back_at is null
    `.execute(database);
  }
  const endsAt = performance.now() + patienceMs;
  let after = await whatLiesAside(database, topic);
  while (after.some(({ asked }) => asked > 0) && performance.now() < endsAt) {
    await delay(everyMs);
    after = await whatLiesAside(database, topic);
  }
  return { before, after };
}

async function schemas(database: QueryExecutorProvider): Promise<string[]> {
  const { rows } = await sql<{ schema: string }>`
    select table_schema as schema from information_schema.table_privileges
    where table_name = 'undecodable' and privilege_type = 'UPDATE'
    group by table_schema order by table_schema
  `.execute(database);
  return rows.map(({ schema }) => schema);
}
