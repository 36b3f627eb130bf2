/** What becomes of mails of a system from before each recipient had one of their own. */
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { migrate, openDatabase } from '@leads/database';
import { testDatabase } from '@leads/testing';
import { sql } from 'kysely';
import type { NotificationTables } from '../tables.ts';
import { writtenLead } from '../testing/written-leads.ts';

const folder = new URL('../../migrations/', import.meta.url);
const [ANN, BOB, CLEO, DORA] = ['ann@contoso.com', 'bob@x.example', 'cleo@x.example', 'dora@x.example'];

test('mails that wait are one a recipient after the upgrade, and nobody gets one again', async () => {
  const before = await mkdtemp(`${tmpdir()}/migrations-`);
  for (const file of await readdir(folder)) {
    if (file < '0011') await cp(new URL(file, folder), `${before}/${file}`);
  }
  const server = await testDatabase((url) =>
    migrate({ url, schema: 'notification', folder: pathToFileURL(`${before}/`) }),
  );
  await rm(before, { recursive: true });
  const settings = { url: server.url, schema: 'notification', poolSize: 2, application: 'test' };
  const database = openDatabase<NotificationTables>(settings, () => undefined);
  const connectionId = randomUUID();
  const [partly, unknown] = [writtenLead(connectionId), writtenLead(connectionId)];
  const event = JSON.stringify(partly);
  await sql`
    insert into mails (kind, about_id, connection_id, event, state, contacts, delivered, refused, refusals, waiting, attempts)
    values ('lead-written', ${partly.leadId}, ${connectionId}, ${event}, 'due', ${[ANN, BOB, CLEO]}, ${[ANN]}, ${[BOB]},
            ${JSON.stringify({ [BOB]: '550 no' })}, ${[DORA]}, 3)
  `.execute(database);
  await sql`
    insert into mails (kind, about_id, connection_id, event, state, contacts, contact_id, due_at)
    values ('lead-written', ${randomUUID()}, ${connectionId}, ${event}, 'held', ${[DORA]}, ${randomUUID()}, now() + interval '1 day')
  `.execute(database);
  await sql`
    insert into mails (kind, about_id, connection_id, event, state)
    values ('lead-written', ${unknown.leadId}, ${connectionId}, ${JSON.stringify(unknown)}, 'unaddressed')
  `.execute(database);
  await migrate({ url: server.url, schema: 'notification', folder });
  const mails = await database
    .selectFrom('mails')
    .select(['about_id', 'recipient', 'state', 'reason', 'attempts'])
    .orderBy('recipient')
    .execute();
  const of = (recipient: string, state: string, reason: string | null, attempts: number) => ({
    ...{ about_id: partly.leadId, recipient, state, reason, attempts },
  });
  expect(mails).toEqual([
    { about_id: unknown.leadId, recipient: '', state: 'unaddressed', reason: null, attempts: 0 },
    of(ANN, 'sent', null, 3),
    of(BOB, 'refused', '550 no', 3),
    of(CLEO, 'due', null, 3),
    of(DORA, 'held', null, 0),
  ]);
  await database.destroy();
  await server.drop();
}, 60_000);
