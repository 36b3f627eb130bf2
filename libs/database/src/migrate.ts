/** Numbered, forward-only migrations: plain SQL files, each run once, in order, under a lock. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';

const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;

/** One migration file. */
export interface Migration {
  number: number;
  name: string;
  sql: string;
  /** SHA-256 of the text: a migration that has run must never change. */
  checksum: string;
}

/**
 * Reads a folder of `0001-what-it-does.sql` files.
 * @throws where a file is misnamed or the numbers have a gap.
 */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(FILE_NAME.exec(name)?.[1]);
      if (number !== index + 1) {
        throw new Error(`Migration ${name} should be number ${index + 1}, named like 0001-what-it-does.sql.`);
      }
      const sql = await readFile(new URL(name, folder), 'utf8');
      return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** The tables that every service's schema has, whatever else is in it; they change with this library. */
const SHARED_TABLES = new URL('../migrations/', import.meta.url);

/**
 * Brings one schema up to date: first the tables that every service has, then the service's own.
 * Safe to run from several processes at once, and again.
 *
 * @returns the names of the migrations that this call ran.
 * @throws where a migration fails (it is rolled back whole) or one that has run was changed since.
 */
export async function migrate(options: { url: string; schema: string; folder: URL }): Promise<string[]> {
  const migrations = [
    ...(await readMigrations(SHARED_TABLES)).map((migration) => ({ ...migration, track: 'shared' })),
    ...(await readMigrations(options.folder)).map((migration) => ({ ...migration, track: 'service' })),
  ];
  const client = new pg.Client({ connectionString: options.url, application_name: 'migrate' });
  await client.connect();
  try {
    const schema = client.escapeIdentifier(options.schema);
    // A session lock: two starts at once would otherwise both find the schema missing.
    await client.query('select pg_advisory_lock(hashtext($1))', [`migrate ${options.schema}`]);
    await client.query(`create schema if not exists ${schema}`);
    await client.query(`set search_path to ${schema}`);
    await client.query(
      `create table if not exists migrations (track text, number int, name text not null, checksum text not null,
         ran_at timestamptz not null default now(), primary key (track, number))`,
    );
    const { rows } = await client.query<{ id: string; checksum: string }>(
      `select track || '/' || number as id, checksum from migrations`,
    );
    const ran = new Map(rows.map((row) => [row.id, row.checksum]));
    const fresh: string[] = [];
    for (const migration of migrations) {
      const checksum = ran.get(`${migration.track}/${migration.number}`);
      if (checksum === migration.checksum) continue;
      if (checksum !== undefined) {
        throw new Error(
          `Migration ${options.schema}/${migration.name} was changed after it had run. Put it back as it was and add a new one.`,
        );
      }
      await runOne(client, migration);
      fresh.push(migration.name);
    }
    return fresh;
  } finally {
    await client.end();
  }
}

async function runOne(client: pg.Client, migration: Migration & { track: string }): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query('insert into migrations (track, number, name, checksum) values ($1, $2, $3, $4)', [
      migration.track,
      migration.number,
      migration.name,
      migration.checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`Migration ${migration.name} failed and changed nothing: ${String(error)}`, {
      cause: error,
    });
  }
}
