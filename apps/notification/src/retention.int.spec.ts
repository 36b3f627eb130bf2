import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { migrate, openDatabase, removeAged } from '@leads/database';
import { decidedTables, readSettings, retentionOf, retentionSettings } from '@leads/service';
import { tablesOf, testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { notificationAges, NOT_AGED } from './retention.ts';
import type { NotificationTables } from './tables.ts';

const NOW = new Date('2026-11-22T09:30:00Z');
const ages = notificationAges(retentionOf(readSettings({}, retentionSettings)));
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);

let server: TestDatabase;
let database: Kysely<NotificationTables>;

beforeAll(async () => {
  server = await testDatabase((url) =>
    migrate({ url, schema: 'notification', folder: new URL('../migrations/', import.meta.url) }),
  );
  const settings = { url: server.url, schema: 'notification', poolSize: 2, application: 'test' };
  database = openDatabase(settings, () => undefined);
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});
beforeEach(async () => {
  await sql`truncate mails, incident_news, refused_customers, contacts`.execute(database);
});

function keepHouse(batch?: number): Promise<Record<string, number>> {
  const onError = (error: unknown): never => {
    throw error;
  };
  return removeAged(database, ages, { now: NOW, onError, ...(batch && { batch }) });
}

async function mail(kind: 'lead-written' | 'incident', state: string, days: number): Promise<void> {
  const settledAt = ['due', 'unaddressed', 'held'].includes(state) ? null : daysAgo(days);
  await sql`
    insert into mails (kind, about_id, connection_id, event, state, created_at, settled_at)
    values (${kind}, ${randomUUID()}, ${randomUUID()}, '{}', ${state}, ${daysAgo(days)}, ${settledAt})
  `.execute(database);
}

test('it is decided of each table', async () => {
  expect(await tablesOf(server.url, 'notification')).toEqual(decidedTables(ages, NOT_AGED));
});

test.each([
  ['lead-written', 'sent', 16],
  ['lead-written', 'refused', 16],
  ['lead-written', 'no-contacts', 16],
  ['incident', 'sent', 92],
  ['lead-written', 'due', 90],
  ['lead-written', 'unaddressed', 90],
  ['lead-written', 'held', 90],
  ['incident', 'due', 92],
] as const)(
  'a mail (%s) that is %s goes in batches after %d days, and none before',
  async (kind, state, days) => {
    for (let index = 0; index < 5; index++) await mail(kind, state, days + 0.1);
    await mail(kind, state, days - 0.1);
    expect(await keepHouse(2)).toEqual({ mails: 5 });
    expect(await database.selectFrom('mails').select('kind').execute()).toEqual([{ kind }]);
  },
);

test('customers of dead leads, and news that nobody could be told, go once they are old', async () => {
  for (const days of [17, 15]) {
    await sql`
      insert into refused_customers (lead_id, connection_id, cause, company, name, died_at)
      values (${randomUUID()}, ${randomUUID()}, 'cause', 'Adatum', 'Ana', ${daysAgo(days)})
    `.execute(database);
  }
  for (const days of [93, 91]) {
    await sql`
      insert into incident_news (incident_id, version, transition, event, due_at, received_at)
      values (${randomUUID()}, 1, 'opened', '{}', ${NOW}, ${daysAgo(days)})
    `.execute(database);
  }
  expect(await keepHouse()).toEqual({ refused_customers: 1, incident_news: 1 });
});

test('a contact goes once no list has had it for long, unless they want no mails', async () => {
  const contact = (answer: string | null, unlistedAt: Date | null) =>
    sql`
    insert into contacts (contacts_of, address, answer, unlisted_at)
    values ('contoso', ${randomUUID()}, ${answer}, ${unlistedAt})
  `.execute(database);
  await contact('confirmed', daysAgo(91));
  await contact(null, daysAgo(91));
  await contact('declined', daysAgo(91));
  await contact('confirmed', daysAgo(89));
  await contact('confirmed', null);
  expect(await keepHouse()).toEqual({ contacts: 2 });
});
