import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrate, openDatabase, type OutboxRelay } from '@leads/database';
import { createLog } from '@leads/service';
import { eventually, testDatabase, type TestDatabase } from '@leads/testing';
import type { Kysely } from 'kysely';
import { heldMsOf, type Settings } from './config.ts';
import { keepConnections } from './follow-connections.ts';
import { aboutLead, addMails } from './mails/mail-store.ts';
import { SendMails } from './send-mails.ts';
import type { MailServer } from './smtp/mail-server.ts';
import { TAKEN } from './smtp/read-attempt.ts';
import type { NotificationTables } from './tables.ts';
import { ownDomain } from './testing/contacts.ts';
import { connectionWith, writtenLead } from './testing/written-leads.ts';

const ANN = 'ann@contoso.com';
const settings = {
  ...{ CONTACT_MAILS_HELD_DAYS: 14, CONTACT_REQUESTS_PER_HOUR: 20, SMTP_CONNECTIONS: 6 },
  ...{
    MAIL_BRAND_NAME: 'Leads',
    MAIL_BRAND_COLOUR: '#0f6cbd',
    PORTAL_PUBLIC_URL: 'https://leads.contoso.com',
  },
};

let server: TestDatabase;
let database: Kysely<NotificationTables>;

beforeAll(async () => {
  server = await testDatabase((url) =>
    migrate({ url, schema: 'notification', folder: new URL('../migrations/', import.meta.url) }),
  );
  database = openDatabase(
    { url: server.url, schema: 'notification', poolSize: 8, application: 'test' },
    () => undefined,
  );
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});

/** A process of its own whose mail server takes each mail and says nothing until it is told to. */
function startSending(): { taken: string[]; answer: () => void; sending: SendMails } {
  const taken: string[] = [];
  let answer: () => void = () => undefined;
  const told = new Promise<void>((resolve) => (answer = resolve));
  const slow: MailServer = {
    send: async (mail) => {
      taken.push(mail.id);
      await told;
      return TAKEN;
    },
    close: () => undefined,
  };
  const relay = { wake: () => undefined } as OutboxRelay<NotificationTables>;
  const log = createLog({ service: 'notification', instance: 'one', level: 'fatal' });
  const clock = { date: () => new Date() };
  const sending = new SendMails(database, slow, relay, settings as Settings, clock, log);
  sending.onApplicationBootstrap();
  return { taken, answer, sending };
}

test('a process whose mail server is slow leaves the mails that it cannot send yet to others, and none goes out twice', async () => {
  const connectionId = randomUUID();
  await ownDomain(database, 'contoso', 'contoso.com');
  await database
    .transaction()
    .execute((transaction) => keepConnections(transaction, [connectionWith(connectionId, [ANN])]));
  await addMails(
    database,
    Array.from({ length: 12 }, () => aboutLead(writtenLead(connectionId))),
    heldMsOf(settings),
  );
  const [first, second] = [startSending(), startSending()];
  await eventually(() => expect([first.taken.length, second.taken.length]).toEqual([5, 5]), {
    timeoutMs: 30_000,
  });
  first.answer();
  await eventually(() => expect(first.taken).toHaveLength(7), { timeoutMs: 30_000 });
  second.answer();
  await Promise.all([first, second].map(({ sending }) => sending.beforeApplicationShutdown()));
  expect(new Set([...first.taken, ...second.taken]).size).toBe(12);
  expect(await database.selectFrom('mails').select('state').distinct().execute()).toEqual([
    { state: 'sent' },
  ]);
}, 120_000);
