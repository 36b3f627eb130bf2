import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ConnectionChanged } from '@leads/contracts';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { openDatabase } from './database.ts';
import { keepNewestConnections } from './keep-newest-connections.ts';

interface Tables {
  connections: {
    connection_id: string;
    version: number;
    title: string;
    contacts: string[];
    mapping: string | null;
    ours: number | null;
  };
}

let server: TestDatabase;
let database: Kysely<Tables>;

beforeAll(async () => {
  server = await testDatabase(() => Promise.resolve());
  database = openDatabase(
    { url: server.url, schema: 'public', poolSize: 4, application: 'test' },
    () => undefined,
  );
  await sql`
    create table connections (connection_id uuid primary key, version int not null, title text not null,
      contacts text[] not null, mapping text, ours int default 7)
  `.execute(database);
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});
beforeEach(async () => {
  await sql`truncate connections`.execute(database);
});

const ID = (index: number): string => `0195b7a2-6f1e-7c3a-9d2b-00000000000${index}`;

function change(index: number, version: number, title = `v${version}`): ConnectionChanged {
  return {
    connectionId: ID(index),
    version,
    changedAt: '2026-11-22T20:00:00.000Z',
    publisher: { id: 'contoso', name: 'Contoso' },
    offer: { id: 'contoso-analytics', title },
    leadDestination: 'dynamics-365',
    url: 'https://contoso.crm4.dynamics.com',
    authentication: 'azure-active-directory',
    contactEmails: ['ana@contoso.example', 'O"Neill, {both}'],
    state: 'published',
    addressKeyHash: '0'.repeat(64),
    secretVersion: 1,
  };
}

const keep = (changes: ConnectionChanged[]): Promise<string[]> =>
  keepNewestConnections(database, 'connections', changes, ({ offer, contactEmails }) => ({
    title: offer.title,
    contacts: contactEmails,
    mapping: null,
  }));

const kept = () => database.selectFrom('connections').selectAll().orderBy('connection_id').execute();

describe('a table of connections', () => {
  test('has the columns that were asked for, whatever their type, and leaves the others alone', async () => {
    expect(await keep([change(1, 3, 'It’s “Analytics” \\ 李')])).toEqual([ID(1)]);
    const contacts = ['ana@contoso.example', 'O"Neill, {both}'];
    const row = { connection_id: ID(1), title: 'It’s “Analytics” \\ 李', contacts, mapping: null };
    expect(await kept()).toEqual([{ ...row, version: 3, ours: 7 }]);
    await database.updateTable('connections').set({ ours: 8 }).execute();
    await keep([change(1, 4)]);
    expect(await kept()).toMatchObject([{ title: 'v4', ours: 8 }]);
  });

  test('is as it was after nothing, and after what is known', async () => {
    expect(await keep([])).toEqual([]);
    await keep([change(1, 2)]);
    expect(await keep([change(1, 1), change(1, 2, 'other words for the same version')])).toEqual([]);
    expect(await kept()).toMatchObject([{ version: 2, title: 'v2' }]);
  });

  test('ends at the newest version of each, in whatever order, batches and repeats they come', async () => {
    const news = fc.array(fc.record({ index: fc.nat(3), version: fc.integer({ min: 1, max: 6 }) }), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(news, { minLength: 1, maxLength: 4 }), async (batches) => {
        await sql`truncate connections`.execute(database);
        await Promise.all(
          batches.map((batch) => keep(batch.map(({ index, version }) => change(index, version)))),
        );
        const newest = new Map<string, number>();
        for (const { index, version } of batches.flat())
          newest.set(ID(index), Math.max(version, newest.get(ID(index)) ?? 0));
        expect((await kept()).map((row) => [row.connection_id, row.version, row.title])).toEqual(
          [...newest].sort().map(([id, version]) => [id, version, `v${version}`]),
        );
      }),
      { numRuns: 25 },
    );
  });
});
