import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@leads/testing';
import pg from 'pg';
import { migrate } from './migrate.ts';
import { prepareServiceRole, scramVerifier, SERVICE_CONNECTIONS } from './service-role.ts';

jest.setTimeout(60_000);

let server: TestDatabase;
let folder: string;
/** Roles are of the whole server: no other run has these. */
const suffix = createHash('sha256').update(String(Math.random())).digest('hex').slice(0, 8);
const roleOf = (schema: string) => ({ name: `${schema}_${suffix}`, password: `of-${schema}` });
const SCHEMAS = ['gateway', 'portal'];

const prepare = async (schema: string): Promise<void> => {
  await migrate({ url: server.url, schema, folder: pathToFileURL(`${folder}/`) });
  await prepareServiceRole({ url: server.url, schema, role: roleOf(schema) });
};

beforeAll(async () => {
  server = await testDatabase();
  folder = await mkdtemp(`${tmpdir()}/migrations-`);
  await writeFile(
    `${folder}/0001-things.sql`,
    `create table things (id bigint generated always as identity primary key, word text, n serial);
     create function twice() returns trigger language plpgsql as
       $$ begin new.word := new.word || new.word; return new; end $$;
     create trigger twice before insert on things for each row execute function twice();`,
  );
  // As each service's job does it, at the same time.
  await Promise.all(SCHEMAS.map(prepare));
});
afterAll(async () => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  for (const schema of SCHEMAS) await client.query(`drop owned by ${roleOf(schema).name}`);
  for (const schema of SCHEMAS) await client.query(`drop role ${roleOf(schema).name}`);
  await client.end();
  await server.drop();
  await rm(folder, { recursive: true });
});

function addressOf(schema: string): { connectionString: string; options: string } {
  const url = new URL(server.url);
  const { name, password } = roleOf(schema);
  Object.assign(url, { username: name, password });
  return { connectionString: url.href, options: `-c search_path=${schema}` };
}

/** What a service's role gets for a statement: its rows, or PostgreSQL's code for the refusal. */
async function as(schema: string, statement: string): Promise<unknown> {
  const client = new pg.Client(addressOf(schema));
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } catch (error) {
    return (error as pg.DatabaseError).code;
  } finally {
    await client.end();
  }
}

const REFUSED = '42501';

describe.each([
  ['gateway', 'portal'],
  ['portal', 'gateway'],
])('the role of %s', (own, foreign) => {
  test('writes, reads and removes rows of its own schema', async () => {
    expect(await as(own, `insert into things (word) values ('ab') returning word`)).toEqual([
      { word: 'abab' },
    ]);
    expect(await as(own, `update things set word = 'x' returning word`)).toEqual([{ word: 'x' }]);
    expect(await as(own, `insert into outbox (topic, key, value) values ('t', 'k', 'v')`)).toEqual([]);
    expect(await as(own, 'delete from things returning word')).toEqual([{ word: 'x' }]);
    expect(await as(own, 'begin; lock table things in access exclusive mode; commit')).not.toBe(REFUSED);
  });

  test.each([
    'select * from $.things',
    'insert into $.things (word) values (1)',
    'delete from $.outbox',
    'select * from $.migrations',
    'create table $.more (id int)',
    'drop table $.things',
  ])(`is refused in the schema of another: %s`, async (statement) => {
    expect(await as(own, statement.replace('$', foreign))).toBe(REFUSED);
  });

  test.each([
    'create table more (id int)',
    'alter table things add column more int',
    'drop table things',
    'truncate things',
    'create index on things (word)',
    'alter table things disable trigger all',
    'create or replace function twice() returns trigger language plpgsql as $$ begin return new; end $$',
    'select * from migrations',
    'create schema more',
    'create table public.more (id int)',
    'create temporary table more (id int)',
    `create role more_${suffix}`,
    `copy things to program 'true'`,
    `select pg_read_file('/etc/hostname')`,
    `select lo_from_bytea(0, 'x')`,
    'select lo_create(0)',
  ])('is refused what changes more than rows: %s', async (statement) => {
    expect(await as(own, statement)).toBe(REFUSED);
  });
});

test('preparing again changes nothing, and takes a new password over', async () => {
  await Promise.all([...SCHEMAS, ...SCHEMAS].map(prepare));
  expect(await as('portal', 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a role has so many connections and no more, and keeps what an administrator makes of that', async () => {
  const { name } = roleOf('portal');
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const limit = async (): Promise<unknown> =>
    (await client.query('select rolconnlimit as most from pg_roles where rolname = $1', [name])).rows;
  try {
    expect(await limit()).toEqual([{ most: SERVICE_CONNECTIONS }]);
    await client.query(`alter role ${name} connection limit 1`);
    const first = new pg.Client(addressOf('portal'));
    await first.connect();
    const second = new pg.Client(addressOf('portal'));
    await expect(second.connect()).rejects.toThrow('too many connections for role');
    await first.end();
    await prepare('portal');
    expect(await limit()).toEqual([{ most: 1 }]);
    // As roles were before they had a limit.
    await client.query(`alter role ${name} connection limit -1`);
    await prepare('portal');
    expect(await limit()).toEqual([{ most: SERVICE_CONNECTIONS }]);
  } finally {
    await client.end();
  }
});

test('a role that is the owner itself, or may do more, is refused in words', async () => {
  const { username } = new URL(server.url);
  const role = { name: decodeURIComponent(username), password: 'x' };
  await expect(prepareServiceRole({ url: server.url, schema: 'portal', role })).rejects.toThrow(
    'the same role',
  );
});

test('whoever owns the schemas makes the roles without being a superuser', async () => {
  const database = await testDatabase();
  const owner = { name: `owner_${suffix}`, password: 'of-owner' };
  const role = { name: `owned_${suffix}`, password: 'of-owned' };
  const mighty = new pg.Client({ connectionString: server.url });
  await mighty.connect();
  try {
    await mighty.query(`create role ${owner.name} login createrole password '${owner.password}'`);
    await mighty.query(`alter database ${new URL(database.url).pathname.slice(1)} owner to ${owner.name}`);
    const address = (user: { name: string; password: string }): string =>
      Object.assign(new URL(database.url), { username: user.name, password: user.password }).href;
    const owned = { url: address(owner), schema: 'owned' };
    for (const password of [role.password, 'a-newer-one']) {
      await migrate({ ...owned, folder: pathToFileURL(`${folder}/`) });
      await prepareServiceRole({ ...owned, role: { ...role, password } });
      const client = new pg.Client({ connectionString: address({ ...role, password }) });
      await client.connect();
      expect((await client.query('insert into owned.things (word) values ($1)', ['x'])).rowCount).toBe(1);
      await client.end();
    }
  } finally {
    await database.drop();
    await mighty.query(`drop role if exists ${role.name}`);
    await mighty.query(`drop role if exists ${owner.name}`);
    await mighty.end();
  }
});

test('a password is told to PostgreSQL by what it keeps of it alone (the example of RFC 7677)', () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  expect(scramVerifier('pencil', salt)).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
  expect(() => scramVerifier('pässword', salt)).toThrow('ASCII');
});
