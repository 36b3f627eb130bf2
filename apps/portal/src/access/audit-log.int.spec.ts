import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { migrate, openDatabase } from '@leads/database';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { type AuditEntry, AuditLog } from './audit-log.ts';

let server: TestDatabase;
let database: Kysely<PortalTables>;
let audit: AuditLog;
beforeAll(async () => {
  const folder = new URL('../../migrations/', import.meta.url);
  server = await testDatabase((url) => migrate({ url, schema: 'portal', folder }));
  database = openDatabase(
    { url: server.url, schema: 'portal', poolSize: 5, application: 'test' },
    () => undefined,
  );
  audit = new AuditLog(database);
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});
const person = { directoryId: 'd-1', userId: 'u-1', email: 'alex@contoso.example', role: 'owner' as const };
const other = { ...person, directoryId: 'd-2' };
let what: string;
beforeEach(() => void (what = `did ${randomUUID()}`));

const rows = () => database.selectFrom('audit').selectAll().where('what', '=', what).orderBy('id').execute();
/** As if its while were over. */
async function settle(): Promise<void> {
  await database
    .updateTable('audit_repeats')
    .set({ ends_at: new Date(0) })
    .execute();
  await audit.settleRepeats();
}
const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  who: person,
  what,
  outcome: 'refused',
  ...more,
});

describe('what is done very often', () => {
  test('is one entry at once and one with the count of all others, however many come at a time', async () => {
    await Promise.all(Array.from({ length: 50 }, () => audit.addOften(entry(), 60_000)));
    expect(await rows()).toMatchObject([
      { times: 1, who: person.email, directory_id: 'd-1', user_id: 'u-1' },
    ]);
    await audit.settleRepeats();
    expect(await rows()).toHaveLength(1);
    await settle();
    await settle();
    expect((await rows()).map(({ times }) => times)).toEqual([1, 49]);
    await audit.addOften(entry(), 60_000);
    expect((await rows()).map(({ times }) => times)).toEqual([1, 49, 1]);
  });

  test('is told apart by person, whose name alone says nothing, and by filter and publisher', async () => {
    const details = (state: string) => ({ filter: { state }, leads: 3 });
    for (let index = 0; index < 3; index++) {
      await audit.addOften(entry(), 60_000);
      await audit.addOften(entry({ who: other }), 60_000);
      await audit.addOften(entry({ details: details('dead') }), 60_000);
      await audit.addOften(entry({ details: details('dead'), of: { publisherId: 'contoso' } }), 60_000);
    }
    expect(await rows()).toHaveLength(4);
    await settle();
    const settled = (await rows()).slice(4);
    expect(settled).toHaveLength(4);
    for (const row of settled) expect(row.times).toBe(2);
    expect(settled).toContainEqual(
      expect.objectContaining({ publisher_id: 'contoso', details: { filter: { state: 'dead' }, leads: 6 } }),
    );
  });

  test('is settled once by many instances', async () => {
    for (let index = 0; index < 4; index++) await audit.addOften(entry(), 60_000);
    await database
      .updateTable('audit_repeats')
      .set({ ends_at: new Date(0) })
      .execute();
    await Promise.all(Array.from({ length: 5 }, () => audit.settleRepeats()));
    expect((await rows()).map(({ times }) => times)).toEqual([1, 3]);
  });
});

test('a publisher reads its own entries and those that concern everybody, an operator all', async () => {
  await audit.add(entry({ who: { ...person, publisherId: 'contoso' } }));
  await audit.add(entry({ of: { publisherId: 'fabrikam' } }));
  await audit.add(entry({ of: 'everybody' }));
  const read = async (publisherId?: string) =>
    (await audit.read(publisherId, undefined, 100)).entries.filter((each) => each.what === what);
  expect(await read('contoso')).toHaveLength(2);
  expect(await read('fabrikam')).toHaveLength(2);
  expect(await read('northwind')).toHaveLength(1);
  expect(await read()).toHaveLength(3);
  expect((await read())[0]).toMatchObject({ who: person.email, directoryId: 'd-1', userId: 'u-1' });
});

describe('the audit', () => {
  test.each([
    ['be changed', sql`update audit set who = 'nobody'`],
    ['be taken back', sql`delete from audit`],
    ['be emptied', sql`truncate audit`],
  ])('cannot %s', async (_what, statement) => {
    await audit.add(entry());
    await expect(statement.execute(database)).rejects.toThrow('append-only');
    expect(await rows()).toHaveLength(1);
  });

  test('lets go what is older than it has to keep', async () => {
    await sql`
      insert into audit (who, what, outcome, at) values ('x', ${what}, 'done', now() - interval '91 days')
    `.execute(database);
    await database.deleteFrom('audit').where('what', '=', what).execute();
    expect(await rows()).toEqual([]);
  });
});
