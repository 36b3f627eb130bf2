import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@leads/testing';
import pg from 'pg';
import { migrate, type MigrationPlan, planMigrations, readMigrations, type Track } from './migrate.ts';

const ofLibrary = await readMigrations(new URL('../migrations/', import.meta.url));
const SHARED = new Set(ofLibrary.map(({ name }) => name));

let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await testDatabase();
  folder = await mkdtemp(`${tmpdir()}/migrations-`);
});
afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

/** Runs what is in the folder; the tables that every schema has are left out of what it says it ran. */
async function run(libraries: Track[] = []): Promise<string[]> {
  const place = pathToFileURL(`${folder}/`);
  const ran = await migrate({ url: database.url, schema: 'things', folder: place, libraries });
  return ran.filter((name) => !SHARED.has(name));
}

/** What would run, as {@link run} tells what did. */
async function plan(): Promise<MigrationPlan> {
  const { pending, ahead } = await planMigrations({
    url: database.url,
    schema: 'things',
    folder: pathToFileURL(`${folder}/`),
  });
  return { pending: pending.filter((name) => !SHARED.has(name)), ahead };
}

async function tables(): Promise<string[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'things' and tablename not in ('migrations', 'outbox', 'outbox_refused', 'undecodable', 'used_requests', 'outbox_lock') order by 1`,
  );
  await client.end();
  return rows.map((row) => row.name);
}

describe('migrating', () => {
  test('each migration runs once and in order, also when several processes start together', async () => {
    await writeFile(`${folder}/0001-one.sql`, 'create table one (id int)');
    await writeFile(`${folder}/0002-two.sql`, 'alter table one rename to two');
    const ran = await Promise.all([run(), run(), run()]);
    expect(ran.flat().sort()).toEqual(['0001-one.sql', '0002-two.sql']);
    expect(await tables()).toEqual(['two']);
  });

  test('one that fails leaves nothing behind, and is run when it has been mended', async () => {
    await writeFile(`${folder}/0001-one.sql`, 'create table one (id int); select nonsense');
    await expect(run()).rejects.toThrow('0001-one.sql failed and changed nothing');
    expect(await tables()).toEqual([]);
    await writeFile(`${folder}/0001-one.sql`, 'create table one (id int)');
    expect(await run()).toEqual(['0001-one.sql']);
  });

  test('one that has run may not change', async () => {
    await writeFile(`${folder}/0001-one.sql`, 'create table one (id int)');
    await run();
    await writeFile(`${folder}/0001-one.sql`, 'create table one (id bigint)');
    await expect(run()).rejects.toThrow('was changed after it had run');
  });

  test('every schema gets the outbox and the table of undecodable records, before its own', async () => {
    await writeFile(
      `${folder}/0001-use.sql`,
      'create view waiting as select count(*) from outbox, undecodable',
    );
    expect(
      await migrate({ url: database.url, schema: 'things', folder: pathToFileURL(`${folder}/`) }),
    ).toEqual([...SHARED, '0001-use.sql']);
  });

  test('one that stands in another track by now, or under another number, does not run again', async () => {
    const texts = ['create table one (id int)', 'create table two (id int)', 'create table three (id int)'];
    for (const [index, text] of texts.entries()) await writeFile(`${folder}/000${index + 1}-it.sql`, text);
    await run();
    const library = await mkdtemp(`${tmpdir()}/library-`);
    try {
      for (const name of await readdir(folder)) await rm(`${folder}/${name}`);
      await writeFile(`${library}/0001-one.sql`, texts[0] ?? '');
      await writeFile(`${library}/0002-three.sql`, texts[2] ?? '');
      await writeFile(`${folder}/0001-two.sql`, texts[1] ?? '');
      await writeFile(`${folder}/0002-four.sql`, 'create table four (id int)');
      const libraries = [{ track: 'library', folder: pathToFileURL(`${library}/`) }];
      expect(await run(libraries)).toEqual(['0002-four.sql']);
      expect(await run(libraries)).toEqual([]);
      await writeFile(`${library}/0002-three.sql`, 'create table three (id bigint)');
      await expect(run(libraries)).rejects.toThrow('was changed after it had run');
    } finally {
      await rm(library, { recursive: true });
    }
  });

  test('a gap in the numbers is refused', async () => {
    await writeFile(`${folder}/0002-two.sql`, 'create table two (id int)');
    await expect(run()).rejects.toThrow('should be number 1');
  });

  test('one that waits too long for a lock gives up, so that it holds up nobody', async () => {
    await writeFile(`${folder}/0001-one.sql`, 'create table one (id int)');
    await run();
    await writeFile(`${folder}/0002-two.sql`, 'alter table one add column name text');
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('begin');
    await holder.query('lock table things.one in access share mode');
    const options = { url: database.url, schema: 'things', folder: pathToFileURL(`${folder}/`) };
    await expect(migrate({ ...options, lockTimeoutMs: 50 })).rejects.toThrow(
      /0002-two.sql failed and changed nothing: .*lock timeout/,
    );
    await holder.end();
    expect(await run()).toEqual(['0002-two.sql']);
  });

  test('one that says so runs outside a transaction', async () => {
    await writeFile(`${folder}/0001-one.sql`, 'create table one (id int)');
    const index = 'create index concurrently if not exists one_id on one (id)';
    await writeFile(`${folder}/0002-index.sql`, index);
    await expect(run()).rejects.toThrow('cannot run inside a transaction block');
    await writeFile(`${folder}/0002-index.sql`, `-- no-transaction\n${index}`);
    expect(await run()).toEqual(['0002-index.sql']);
    expect(await run()).toEqual([]);
  });
});

describe('the plan', () => {
  test('says what would run and changes nothing', async () => {
    await writeFile(`${folder}/0001-one.sql`, 'create table one (id int)');
    expect(await plan()).toEqual({ pending: ['0001-one.sql'], ahead: [] });
    expect(await tables()).toEqual([]);
    await run();
    await writeFile(`${folder}/0002-two.sql`, 'create table two (id int)');
    expect(await plan()).toEqual({ pending: ['0002-two.sql'], ahead: [] });
    expect(await tables()).toEqual(['one']);
  });

  test('says what has run that the code does not know; migrating leaves it as it is', async () => {
    await writeFile(`${folder}/0001-one.sql`, 'create table one (id int)');
    await writeFile(`${folder}/0002-two.sql`, 'create table two (id int)');
    await run();
    await rm(`${folder}/0002-two.sql`);
    expect(await plan()).toEqual({ pending: [], ahead: ['0002-two.sql'] });
    expect(await run()).toEqual([]);
    expect(await tables()).toEqual(['one', 'two']);
  });

  test('tells of one that was changed after it had run', async () => {
    await writeFile(`${folder}/0001-one.sql`, 'create table one (id int)');
    await run();
    await writeFile(`${folder}/0001-one.sql`, 'create table one (id bigint)');
    await expect(plan()).rejects.toThrow('was changed after it had run');
  });
});
