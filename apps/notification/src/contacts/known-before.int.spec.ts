/** What becomes of contacts when a system from before they confirmed is brought up to this version. */
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrate, openDatabase } from '@leads/database';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { keepConnections } from '../follow-connections.ts';
import { claimMails } from '../mails/drain-mails.ts';
import { aboutLead, addMails } from '../mails/mail-store.ts';
import type { NotificationTables } from '../tables.ts';
import { connectionWith, writtenLead } from '../testing/written-leads.ts';
import { askContacts } from './ask-contacts.ts';

const folder = new URL('../../migrations/', import.meta.url);
const [FIRST, SECOND] = [randomUUID(), randomUUID()];
const [REACHED, NEVER] = ['Reached@partner.example', 'never@partner.example'];

let server: TestDatabase;
let database: Kysely<NotificationTables>;

beforeAll(async () => {
  const before = await mkdtemp(`${tmpdir()}/migrations-`);
  for (const file of await readdir(folder)) {
    if (file < '0009') await cp(new URL(file, folder), `${before}/${file}`);
  }
  server = await testDatabase((url) =>
    migrate({ url, schema: 'notification', folder: pathToFileURL(`${before}/`) }),
  );
  await rm(before, { recursive: true });
  const settings = { url: server.url, schema: 'notification', poolSize: 2, application: 'test' };
  database = openDatabase(settings, () => undefined);
  await sql`
    insert into connections (connection_id, version, offer_title, contact_emails)
    values (${FIRST}, 3, 'Contoso Analytics', ${[REACHED, NEVER]}), (${SECOND}, 7, 'Contoso Maps', ${[REACHED, NEVER]})
  `.execute(database);
  await sql`
    insert into mails (kind, about_id, connection_id, event, state, contacts, delivered, refused, settled_at)
    values ('lead-written', ${randomUUID()}, ${FIRST}, '{}', 'sent', ${[REACHED, NEVER]}, ${[REACHED]}, ${[NEVER]}, now())
  `.execute(database);
  await migrate({ url: server.url, schema: 'notification', folder });
}, 60_000);
afterAll(async () => {
  await database.destroy();
  await server.drop();
});

async function recipientsOf(connectionId: string): Promise<string[]> {
  await addMails(database, [aboutLead(writtenLead(connectionId))], 86_400_000);
  const claimed = await claimMails(database, 50, 60_000);
  return claimed.filter(({ kind }) => kind === 'lead-written').map(({ recipient }) => recipient);
}

test('whom a connection’s mails have reached goes on getting them, before its publisher is told of and after', async () => {
  expect(await recipientsOf(FIRST)).toEqual([REACHED]);
  expect(await recipientsOf(SECOND)).toEqual([]);
  await askContacts(database, 20);
  expect(await recipientsOf(FIRST)).toEqual([REACHED]);
  // The topic is read from the beginning, with the versions that are known.
  const told = [
    connectionWith(SECOND, [REACHED, NEVER], 7, 'Contoso Maps'),
    connectionWith(FIRST, [REACHED, NEVER], 3),
  ];
  await database.transaction().execute((transaction) => keepConnections(transaction, told));
  const contacts = await database
    .selectFrom('contacts')
    .select(['contacts_of', 'address', 'state'])
    .orderBy('address')
    .execute();
  expect(contacts).toEqual([
    { contacts_of: 'contoso', address: NEVER, state: 'waiting' },
    { contacts_of: 'contoso', address: REACHED.toLowerCase(), state: 'confirmed' },
  ]);
  // What waited for them at the other connection goes out with it.
  expect((await claimMails(database, 50, 60_000)).map(({ recipient }) => recipient)).toEqual([REACHED]);
  expect(await recipientsOf(SECOND)).toEqual([REACHED]);
});

test('whom none has reached is asked because a mail waits for them, and not because of the upgrade', async () => {
  await database.transaction().execute(async (transaction) => {
    await sql`truncate mails`.execute(transaction);
    await sql`update contacts set asked_at = null, ask_at = null`.execute(transaction);
    await sql`update connections set version = 0`.execute(transaction);
    await keepConnections(transaction, [connectionWith(FIRST, [REACHED, NEVER], 3)]);
  });
  const asked = async (): Promise<string[]> => {
    await askContacts(database, 20);
    const rows = await database
      .selectFrom('mails')
      .select('recipient')
      .where('kind', '=', 'contact-request')
      .execute();
    return rows.map(({ recipient }) => recipient);
  };
  expect(await asked()).toEqual([]);
  await recipientsOf(FIRST);
  expect(await asked()).toEqual([NEVER]);
});
