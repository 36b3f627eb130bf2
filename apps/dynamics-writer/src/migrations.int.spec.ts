import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { migrate, openDatabase, readMigrations } from '@leads/database';
import { deliveryTables } from '@leads/delivery';
import { CONNECTION } from '@leads/delivery/testing';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { sql } from 'kysely';
import type { WriterTables } from './tables.ts';

/** What version 0.1 had run, before the engine had tables of its own: names, and SHA-256 of the texts. */
const BEFORE: [string, string][] = [
  ['0001-deliveries-and-lanes.sql', '47b86f2fa9d2a31b4e53e7eee8dee9777186428e547aeb458a035b987fe192f4'],
  ['0002-totals-and-housekeeping.sql', 'a4fb83ade091fd682e9ea2cd51063a57acf37d269edeccc666ede6c3a2a51731'],
  ['0003-replays.sql', '0c3e0c3a329b645c9292b7ce57df3f12d90435a53b8c19de496ff8c18d433dc1'],
  ['0004-mappings.sql', '686dbbe987f472452dd1df86d3836762cae0ba2f935af19eaa1b2dd3002a732f'],
  ['0005-organizations.sql', 'd761af9a964f166b1435ffc0573d801ccf565fee1efdb8e25050069077307808'],
  ['0006-validations.sql', 'fb3f6898239e6fc14da50e5b3dacef531cab33ddec9b0082803b2e5ffeb2a6ed'],
  ['0007-validations-end.sql', 'befda66acf218a3e07f3131f4a8c07719aa98fdf213830251c67164abbb65cdc'],
  ['0008-oldest-pending.sql', 'c47637ce2de664fabca252aa77648f7325944942ca5b85a6050ac1d5c9e66d29'],
];

const own = new URL('../migrations/', import.meta.url);
const now = { schema: 'writer', folder: own, libraries: [deliveryTables] };

let server: TestDatabase;
let folder: string;

beforeEach(async () => {
  server = await testDatabase();
  folder = await mkdtemp(`${tmpdir()}/before-`);
  const texts = [...(await readMigrations(deliveryTables.folder)), ...(await readMigrations(own))];
  for (const [name, checksum] of BEFORE) {
    const text = texts.find((migration) => migration.checksum === checksum)?.sql;
    if (text === undefined) throw new Error(`${name} is not there any more as it was`);
    expect(createHash('sha256').update(text).digest('hex')).toBe(checksum);
    await writeFile(`${folder}/${name}`, text);
  }
});
afterEach(async () => {
  await server.drop();
  await rm(folder, { recursive: true });
});

test('a database of version 0.1 goes on with all that is in it', async () => {
  const { url } = server;
  await migrate({ url, schema: 'writer', folder: pathToFileURL(`${folder}/`) });
  const database = openDatabase<WriterTables>(
    { url, schema: 'writer', poolSize: 1, application: 'test' },
    () => undefined,
  );
  try {
    await sql`
      insert into lanes (connection_id, version, organization, state, secret_version, reading, warnings, fence)
      values (${CONNECTION}, 3, 'https://contoso.crm4.dynamics.com', 'published', 2, '{}', '[]', 7)
    `.execute(database);
    await sql`
      insert into deliveries (lead_id, connection_id, accepted, accepted_at, due_at, state)
      select gen_random_uuid(), ${CONNECTION}, '{}', now(), now(), state
      from unnest(array['pending', 'written', 'dead']) as state
    `.execute(database);
    expect(await migrate({ url, ...now })).toEqual([
      '0008-lane-url.sql',
      '0009-shared-limits.sql',
      '0010-whose-fault.sql',
      '0011-incidents.sql',
      '0012-lifted.sql',
      '0013-refused-some.sql',
      '0014-count-without-join.sql',
      '0015-removed.sql',
      '0016-told-deferrals.sql',
      '0017-other-partner-leads.sql',
      '0002-refusals.sql',
      '0003-shared-readings.sql',
    ]);
    expect(await migrate({ url, ...now })).toEqual([]);
    expect(await database.selectFrom('lanes').selectAll().execute()).toMatchObject([
      { url: 'https://contoso.crm4.dynamics.com', version: 3, fence: 7, secret_version: 2 },
    ]);
    expect(await database.selectFrom('readings').selectAll().execute()).toMatchObject([
      { organization: 'https://contoso.crm4.dynamics.com', identity: CONNECTION, reading: '{}' },
    ]);
    const states = await database.selectFrom('deliveries').select('state').orderBy('state').execute();
    expect(states.map(({ state }) => state)).toEqual(['dead', 'pending', 'written']);
    expect(await database.selectFrom('totals').selectAll().execute()).toMatchObject([{ accepted: 3 }]);
  } finally {
    await database.destroy();
  }
});

test('another writer has the same tables in a schema of its own', async () => {
  const { url } = server;
  await migrate({ url, ...now });
  const ran = await migrate({ url, schema: 'another', folder: deliveryTables.folder });
  expect(ran).toContain('0001-deliveries-and-lanes.sql');
  expect(await migrate({ url, ...now })).toEqual([]);
});
