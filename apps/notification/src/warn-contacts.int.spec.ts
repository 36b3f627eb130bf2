import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { topics } from '@leads/contracts';
import { eventually, type ServiceProcess, startServiceProcess } from '@leads/testing';
import { APP, startSurroundings, type Surroundings, untilMail } from './surroundings.fixture.ts';
import { alertOf, connectionWith, writtenLead } from './written-leads.fixture.ts';

const [ANN, BOB] = ['ann@contoso.com', 'bob@contoso.com'];

let surroundings: Surroundings;
let notification: ServiceProcess;

beforeAll(async () => {
  surroundings = await startSurroundings();
  notification = await startServiceProcess(APP, surroundings.settingsFor(surroundings.smtpPort));
}, 60_000);
afterAll(async () => {
  await notification?.end('SIGTERM');
  await surroundings.end();
}, 30_000);

test('an alert waits for its connection, and is one mail to its contacts however often it comes', async () => {
  const { database, publisher, receiver } = surroundings;
  const connectionId = randomUUID();
  const alert = alertOf(connectionId);
  await publisher.publish(topics.alerts, [alert, alert]);
  await untilMail(database, alert.alertId, { kind: 'alert', state: 'unaddressed', attempts: 0 });

  await publisher.publish(topics.connections, [connectionWith(connectionId, [ANN, BOB])]);
  await untilMail(database, alert.alertId, { state: 'sent', delivered: [ANN, BOB] });

  // The key is the connection's, so what comes after has seen the repeat.
  const next = { ...alertOf(connectionId), kind: 'connection-restored' as const };
  await publisher.publish(topics.alerts, [alert, next]);
  await untilMail(database, next.alertId, { state: 'sent', attempts: 1 });
  await untilMail(database, alert.alertId, { state: 'sent', attempts: 1 });

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
  const { database, publisher } = surroundings;
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
