import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { topics } from '@leads/contracts';
import { readContactLink } from '@leads/service';
import { eventually, type ServiceProcess, startServiceProcess, testSigning } from '@leads/testing';
import { APP, startSurroundings, type Surroundings } from './testing/surroundings.ts';
import { connectionWith, writtenLead } from './testing/written-leads.ts';

const [ANN, BOB] = ['ann@contoso.com', 'bob@partner.example'];

let surroundings: Surroundings;
let notification: ServiceProcess;

beforeAll(async () => {
  surroundings = await startSurroundings();
  notification = await startServiceProcess(APP, {
    ...surroundings.settingsFor(surroundings.smtpPort),
    LOG_LEVEL: 'debug',
  });
}, 60_000);
afterAll(async () => {
  await notification?.end();
  await surroundings.end();
}, 30_000);

test('a contact elsewhere gets one mail without customer data, and by its link the lead’s, once they say yes', async () => {
  const { publisher, portal, receiver } = surroundings;
  const connectionId = randomUUID();
  await publisher.publish(topics.connections, [connectionWith(connectionId, [ANN, BOB])]);
  const lead = writtenLead(connectionId);
  await publisher.publish(topics.leadsOutcomes, [lead]);
  const toBob = () => receiver.mails.flatMap(({ recipients }, at) => (recipients.includes(BOB) ? [at] : []));
  await eventually(
    () => {
      expect(receiver.about(lead.leadId)).toMatchObject([{ recipients: [ANN] }]);
      expect(toBob()).toHaveLength(1);
    },
    { timeoutMs: 60_000 },
  );
  const [at = 0] = toBob();
  expect(receiver.mails[at]?.headers['subject']).toBe(
    'Confirm that you want to get mail about leads of Contoso',
  );
  const source = (receiver.sources[at] ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=');
  expect(source).not.toMatch(/Trujillo|Adatum|Ana\b/);
  const [, token = ''] = /https:\/\/console\.example\/confirm-contact#([\w.-]+)/.exec(source) ?? [];
  const read = await readContactLink(token, { keys: testSigning('notification').known, now: Date.now() });
  if (read.kind !== 'good') throw new Error(`The link is ${read.kind}.`);
  expect(read.question).toMatchObject({ address: BOB, publisher: { id: 'contoso', name: 'Contoso' } });

  await portal.publish(topics.contactsAnswered, [
    { contactId: read.question.contactId, answer: 'confirmed', at: new Date().toISOString() },
  ]);
  await eventually(
    () => expect(receiver.about(lead.leadId).map(({ recipients }) => recipients)).toEqual([[ANN], [BOB]]),
    { timeoutMs: 30_000 },
  );
  await eventually(() =>
    expect(surroundings.mailed(lead.leadId)).toMatchObject([
      { recipients: [], waiting: [BOB] },
      { recipients: [{ address: ANN, result: 'sent' }] },
      { recipients: [{ address: BOB, result: 'sent' }] },
    ]),
  );
  expect(notification.output()).not.toContain(token);
  expect(notification.output()).not.toContain('partner.example');
}, 120_000);
