import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@leads/testing';
import pg from 'pg';
import { migrate } from './migrate.ts';

const SHARED = '0001-outbox-and-undecodable.sql';

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
async function run(): Promise<string[]> {
  const ran = await migrate({ url: database.url, schema: 'things', folder: pathToFileURL(`${folder}/`) });
  return ran.filter((name) => name !== SHARED);
}

async function tables(): Promise<string[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'things' and tablename not in ('migrations', 'outbox', 'undecodable') order by 1`,
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
    ).toEqual([SHARED, '0001-use.sql']);
  });

  test('a gap in the numbers is refused', async () => {
    await writeFile(`${folder}/0002-two.sql`, 'create table two (id int)');
    await expect(run()).rejects.toThrow('should be number 1');
  });
});
