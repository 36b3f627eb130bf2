/** Numbered, forward-only migrations: plain SQL files, each run once, in order, under a lock. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { besideOthers } from './beside-others.ts';
import { connectionTo, type DatabaseServer } from './server.ts';

const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;

/** One migration file. */
export interface Migration {
  number: number;
  name: string;
  sql: string;
  /** SHA-256 of the text: a migration that has run must never change. */
  checksum: string;
}

/** Where a schema is, and where its migrations are. */
export interface MigrationOptions extends DatabaseServer {
  schema: string;
  folder: URL;
  /** The migrations of libraries that the service is built on; they run before its own. */
  libraries?: readonly Track[];
  /**
   * A migration that waits for a lock holds up everybody who comes after it: it gives up after this time, in
   * milliseconds, and can be run again.
   */
  lockTimeoutMs?: number;
}

/** Migrations that are numbered among themselves. */
export interface Track {
  track: string;
  folder: URL;
}

/** How a schema stands against the code. */
export interface MigrationPlan {
  /** What would run, in this order. */
  pending: string[];
  /** What has run and is not among the files: a newer version was here. */
  ahead: string[];
}

/** The first line of a migration for what PostgreSQL takes in no transaction, as `create index concurrently`. */
const NO_TRANSACTION = /^-- no-transaction\r?\n/;

const LOCK_TIMEOUT_MS = 10_000;

type Tracked = Migration & { track: string };

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
const SHARED_TABLES: Track = { track: 'shared', folder: new URL('../migrations/', import.meta.url) };

/** Says what {@link migrate} would run, and changes nothing. @throws where a migration that has run was changed since. */
export async function planMigrations(options: MigrationOptions): Promise<MigrationPlan> {
  const migrations = await migrationsOf(options);
  return withClient(options, async (client) => {
    const { rows } = await client.query<{ there: boolean }>(
      `select to_regclass('migrations') is not null as there`,
    );
    const plan = planOf(
      options.schema,
      migrations,
      placed(migrations, rows[0]?.there ? await readRan(client) : []),
    );
    return { ...plan, pending: plan.pending.map(({ name }) => name) };
  });
}

/**
 * Brings one schema up to date: first the tables that every service has, then those of libraries, then the service's
 * own. Safe to run from several processes at once, and again. A migration that has run and stands in another track
 * since, or under another number, is known by its text and does not run again.
 *
 * @returns the names of the migrations that this call ran.
 * @throws where a migration fails (it is rolled back whole, unless its first line is `-- no-transaction`: such a
 * migration is one statement that can be run again) or one that has run was changed since.
 */
export async function migrate(options: MigrationOptions): Promise<string[]> {
  const migrations = await migrationsOf(options);
  return withClient(options, async (client) => {
    await besideOthers(() =>
      client.query(`create schema if not exists ${client.escapeIdentifier(options.schema)}`),
    );
    await besideOthers(() =>
      client.query(
        `create table if not exists migrations (track text, number int, name text not null, checksum text not null,
           ran_at timestamptz not null default now(), primary key (track, number))`,
      ),
    );
    return oneAtATime(options, async () => {
      const before = await readRan(client);
      const ran = placed(migrations, before);
      await writePlaces(client, before, ran);
      const { pending } = planOf(options.schema, migrations, ran);
      for (const migration of pending)
        await runOne(client, migration, options.lockTimeoutMs ?? LOCK_TIMEOUT_MS);
      return pending.map(({ name }) => name);
    });
  });
}

/**
 * Does it while no other process migrates this schema. What is locked is a table that no service's role has a right
 * to, in the mode that conflicts with itself and lets rows be written; in a transaction beside those of the
 * migrations, which holds no snapshot, so that `create index concurrently` does not wait for it.
 */
function oneAtATime<Result>(options: MigrationOptions, work: () => Promise<Result>): Promise<Result> {
  return withClient(options, async (held) => {
    await held.query('begin isolation level read committed');
    await held.query('set local idle_in_transaction_session_timeout to 0');
    await held.query('lock table migrations in share update exclusive mode');
    const result = await work();
    await held.query('commit');
    return result;
  });
}

async function migrationsOf({ folder, libraries = [] }: MigrationOptions): Promise<Tracked[]> {
  const tracks = [SHARED_TABLES, ...libraries, { track: 'service', folder }];
  const migrations = tracks.map(async ({ track, folder: place }) =>
    (await readMigrations(place)).map((migration) => ({ ...migration, track })),
  );
  return (await Promise.all(migrations)).flat();
}

/** A connection on which every unqualified name is one in the schema. */
async function withClient<Result>(
  { schema, ...server }: MigrationOptions,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ ...connectionTo(server), application_name: 'migrate' });
  await client.connect();
  try {
    await client.query(`set search_path to ${client.escapeIdentifier(schema)}`);
    return await work(client);
  } finally {
    await client.end();
  }
}

interface RanMigration {
  track: string;
  number: number;
  name: string;
  checksum: string;
  ran_at: Date;
}

async function readRan(client: pg.Client): Promise<RanMigration[]> {
  const { rows } = await client.query<RanMigration>(
    'select track, number, name, checksum, ran_at from migrations order by track, number',
  );
  return rows;
}

/** What has run, each where it stands now, as its text tells; what is not here any more stays where it was. */
function placed(migrations: Tracked[], ran: RanMigration[]): RanMigration[] {
  return ran.map((one) => {
    const sameText = migrations.filter(({ checksum }) => checksum === one.checksum);
    const isInPlace = sameText.some(({ track, number }) => track === one.track && number === one.number);
    const [now] = sameText;
    return now && !isInPlace ? { ...one, track: now.track, number: now.number, name: now.name } : one;
  });
}

async function writePlaces(client: pg.Client, before: RanMigration[], now: RanMigration[]): Promise<void> {
  const moved = before.flatMap((from, index) => {
    const to = now[index];
    return to && to !== from ? [{ from, to }] : [];
  });
  if (moved.length === 0) return;
  await client.query('begin');
  // All of them away first: where one goes, another may have been.
  for (const { from } of moved)
    await client.query('delete from migrations where track = $1 and number = $2', [from.track, from.number]);
  for (const { to } of moved) {
    await client.query(
      'insert into migrations (track, number, name, checksum, ran_at) values ($1, $2, $3, $4, $5)',
      [to.track, to.number, to.name, to.checksum, to.ran_at],
    );
  }
  await client.query('commit');
}

function planOf(
  schema: string,
  migrations: Tracked[],
  ran: RanMigration[],
): { pending: Tracked[]; ahead: string[] } {
  const idOf = ({ track, number }: Pick<Tracked, 'track' | 'number'>): string => `${track}/${number}`;
  const checksums = new Map(ran.map((migration) => [idOf(migration), migration.checksum]));
  const changed = migrations.find((migration) => {
    const checksum = checksums.get(idOf(migration));
    return checksum !== undefined && checksum !== migration.checksum;
  });
  if (changed) {
    throw new Error(
      `Migration ${schema}/${changed.name} was changed after it had run. Put it back as it was and add a new one.`,
    );
  }
  const known = new Set(migrations.map(idOf));
  return {
    pending: migrations.filter((migration) => !checksums.has(idOf(migration))),
    ahead: ran.filter((migration) => !known.has(idOf(migration))).map(({ name }) => name),
  };
}

async function runOne(client: pg.Client, migration: Tracked, lockTimeoutMs: number): Promise<void> {
  const inTransaction = !NO_TRANSACTION.test(migration.sql);
  if (inTransaction) await client.query('begin');
  try {
    if (inTransaction) await client.query(`set local lock_timeout to ${lockTimeoutMs}`);
    await client.query(migration.sql);
    await client.query('insert into migrations (track, number, name, checksum) values ($1, $2, $3, $4)', [
      migration.track,
      migration.number,
      migration.name,
      migration.checksum,
    ]);
    if (inTransaction) await client.query('commit');
  } catch (error) {
    if (inTransaction) await client.query('rollback');
    const left = inTransaction ? 'changed nothing' : 'may have left something behind, see what it was to do';
    throw new Error(`Migration ${migration.name} failed and ${left}: ${String(error)}`, { cause: error });
  }
}
