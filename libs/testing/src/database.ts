/** A PostgreSQL database of a test's own, migrated and dropped again. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { testDatabaseUrl } from './config.ts';

export interface TestDatabase {
  url: string;
  /** Ends whatever is still connected, and drops the database. */
  drop: () => Promise<void>;
}

/**
 * Creates a database on the test server.
 * @param prepare makes its tables, given its URL
 */
export async function testDatabase(prepare?: (url: string) => Promise<unknown>): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const server = testDatabaseUrl();
  await run(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  await prepare?.(url.href);
  return { url: url.href, drop: () => run(server, `drop database ${name} with (force)`) };
}

/** The names of a schema's tables, as the database has them. */
export async function tablesOf(url: string, schema: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      'select tablename as name from pg_tables where schemaname = $1 order by name',
      [schema],
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
