import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { topics } from '@leads/contracts';
import { migrate, openDatabase } from '@leads/database';
import { provisionTopics, Publisher } from '@leads/kafka';
import {
  eventually,
  type ServiceProcess,
  startServiceProcess,
  testDatabase,
  type TestDatabase,
  testKafka,
} from '@leads/testing';
import type { Kysely } from 'kysely';
import { MailReceiver } from './mail-receiver.fixture.ts';
import type { NotificationTables } from './tables.ts';
import { alertOf, connectionWith, writtenLead } from './written-leads.fixture.ts';

const APP = new URL('../', import.meta.url);
const [ANN, BOB] = ['ann@contoso.com', 'bob@contoso.com'];

const kafka = testKafka();
const publisher = new Publisher(kafka);
let server: TestDatabase;
let database: Kysely<NotificationTables>;
let receiver: MailReceiver;
let notification: ServiceProcess;

beforeAll(async () => {
  [server] = await Promise.all([
    testDatabase((url) => migrate({ url, schema: 'notification', folder: new URL('migrations/', APP) })),
    provisionTopics(kafka, { replicationFactor: 1 }),
  ]);
  database = openDatabase(
    { url: server.url, schema: 'notification', poolSize: 2, application: 'test' },
    () => undefined,
  );
  receiver = new MailReceiver();
  notification = await startServiceProcess(APP, {
    DATABASE_URL: server.url,
    KAFKA_BROKERS: kafka.brokers.join(),
    KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
    SMTP_URL: `smtp://127.0.0.1:${await receiver.listen()}`,
    MAIL_FROM: 'Marketplace leads <leads@contoso.example>',
  });
}, 60_000);
afterAll(async () => {
  await Promise.all([notification?.end('SIGTERM'), publisher.disconnect()]);
  await receiver.close();
  await database.destroy();
  await server.drop();
}, 30_000);

async function untilMail(aboutId: string, wanted: Record<string, unknown>): Promise<void> {
  await eventually(
    async () => {
      const rows = database.selectFrom('mails').selectAll().where('about_id', '=', aboutId);
      expect(await rows.execute()).toEqual([expect.objectContaining(wanted)]);
    },
    { timeoutMs: 30_000 },
  );
}

test('an alert waits for its connection, and is one mail to its contacts however often it comes', async () => {
  const connectionId = randomUUID();
  const alert = alertOf(connectionId);
  await publisher.publish(topics.alerts, [alert, alert]);
  await untilMail(alert.alertId, { kind: 'alert', state: 'unaddressed', attempts: 0 });

  await publisher.publish(topics.connections, [connectionWith(connectionId, [ANN, BOB])]);
  await untilMail(alert.alertId, { state: 'sent', delivered: [ANN, BOB] });

  // The key is the connection's, so what comes after has seen the repeat.
  const next = { ...alertOf(connectionId), kind: 'connection-restored' as const };
  await publisher.publish(topics.alerts, [alert, next]);
  await untilMail(next.alertId, { state: 'sent', attempts: 1 });
  await untilMail(alert.alertId, { state: 'sent', attempts: 1 });

  expect(receiver.mails).toEqual(
    [
      [
        alert.alertId,
        'Leads for Contoso Analytics wait: the connection to contoso.crm4.dynamics.com does not work',
      ],
      [next.alertId, 'Leads for Contoso Analytics are written again'],
    ].map(([alertId, subject]) => ({
      recipients: [ANN, BOB],
      headers: expect.objectContaining({
        to: `${ANN}, ${BOB}`,
        subject,
        'x-alert-id': alertId,
        'message-id': `<${alertId}@contoso.example>`,
      }),
    })),
  );
}, 60_000);

test('an alert and a lead under the same id are two mails', async () => {
  const connectionId = randomUUID();
  await publisher.publish(topics.connections, [connectionWith(connectionId, [ANN])]);
  const lead = writtenLead(connectionId);
  await publisher.publish(topics.leadsOutcomes, [lead]);
  await publisher.publish(topics.alerts, [{ ...alertOf(connectionId), alertId: lead.leadId }]);
  await eventually(
    async () => {
      const rows = database
        .selectFrom('mails')
        .select(['kind', 'state'])
        .where('about_id', '=', lead.leadId)
        .orderBy('kind');
      expect(await rows.execute()).toEqual([
        { kind: 'alert', state: 'sent' },
        { kind: 'lead-written', state: 'sent' },
      ]);
    },
    { timeoutMs: 30_000 },
  );
}, 60_000);
