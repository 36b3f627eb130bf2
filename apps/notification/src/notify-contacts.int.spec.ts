import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type LeadOutcome, topics } from '@leads/contracts';
import type { Publisher } from '@leads/kafka';
import { eventually, Gate, type ServiceProcess, startServiceProcess } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import type { MailReceiver } from './testing/mail-receiver.ts';
import {
  APP,
  startSurroundings,
  type Surroundings,
  untilMail as untilMailOf,
} from './testing/surroundings.ts';
import type { NotificationTables } from './tables.ts';
import { connectionWith, writtenLead } from './testing/written-leads.ts';

const [ANN, BOB] = ['ann@contoso.com', 'bob@contoso.com'];

let surroundings: Surroundings;
let publisher: Publisher;
let database: Kysely<NotificationTables>;
let receiver: MailReceiver;
let gate: Gate;
let settings: Record<string, string>;
let notification: ServiceProcess;
let connectionId: string;

beforeAll(async () => {
  surroundings = await startSurroundings();
  ({ publisher, database, receiver } = surroundings);
  gate = new Gate({ host: '127.0.0.1', port: surroundings.smtpPort });
  await gate.open();
  settings = surroundings.settingsFor(gate.port);
  notification = await startServiceProcess(APP, settings);
}, 60_000);
afterAll(async () => {
  // Killed: since its predecessor was, it may still be waiting to join the group.
  await notification?.end('SIGKILL');
  await gate.shut();
  await surroundings.end();
}, 30_000);
beforeEach(() => {
  connectionId = randomUUID();
});
afterEach(() => {
  receiver.replyTo = () => undefined;
  receiver.beforeAcknowledging = () => Promise.resolve();
});

const publishOutcomes = (...outcomes: LeadOutcome[]) => publisher.publish(topics.leadsOutcomes, outcomes);
const publishContacts = (...contacts: string[]) =>
  publisher.publish(topics.connections, [connectionWith(connectionId, contacts)]);

async function untilConnectionIsKnown(): Promise<void> {
  await eventually(async () => {
    const query = database
      .selectFrom('connections')
      .select('version')
      .where('connection_id', '=', connectionId);
    expect(await query.execute()).toHaveLength(1);
  });
}

const untilMail = (leadId: string, wanted: Record<string, unknown>) => untilMailOf(database, leadId, wanted);

/** As if the time had passed for which a mail waits or is held. */
const waitIsOver = (leadId: string) =>
  sql`update mails set due_at = now() where about_id = ${leadId} and state = 'due'`.execute(database);

describe('a lead that was written', () => {
  test('is one mail to every contact, under the lead’s id', async () => {
    await publishContacts(ANN, BOB);
    await untilConnectionIsKnown();
    const lead = writtenLead(connectionId);
    await publishOutcomes(lead);
    await untilMail(lead.leadId, { state: 'sent', delivered: [ANN, BOB] });
    expect(receiver.about(lead.leadId)).toEqual([
      {
        recipients: [ANN, BOB],
        headers: expect.objectContaining({
          from: 'Marketplace leads <leads@contoso.example>',
          to: `${ANN}, ${BOB}`,
          subject: 'New lead for Contoso Analytics: Ana Trujillo, Adatum',
          'message-id': `<${lead.leadId}@contoso.example>`,
        }),
      },
    ]);
  });

  test('is one mail, however often its outcome is delivered', async () => {
    await publishContacts(ANN);
    await untilConnectionIsKnown();
    const lead = writtenLead(connectionId);
    await publishOutcomes(lead, lead);
    await untilMail(lead.leadId, { state: 'sent' });
    await publishOutcomes(lead, lead);
    // The same partition again, so that what comes after has seen it.
    await publisher.publishEncoded([
      {
        topic: topics.leadsOutcomes.name,
        key: lead.leadId,
        value: JSON.stringify(writtenLead(connectionId)),
      },
    ]);
    await eventually(() => expect(receiver.mails.at(-1)?.headers['x-lead-id']).not.toBe(lead.leadId));
    expect(receiver.about(lead.leadId)).toHaveLength(1);
    await eventually(() => expect(surroundings.mailed(lead.leadId)).toHaveLength(1));
  });

  test('waits for its connection to become known', async () => {
    const lead = writtenLead(connectionId);
    await publishOutcomes(lead);
    await untilMail(lead.leadId, { state: 'unaddressed', attempts: 0 });
    await publishContacts(ANN);
    await untilMail(lead.leadId, { state: 'sent' });
    expect(receiver.about(lead.leadId)).toMatchObject([{ recipients: [ANN] }]);
  });

  test('of a connection without contacts is no mail, and recorded so', async () => {
    await publishContacts();
    const lead = writtenLead(connectionId);
    await publishOutcomes(lead);
    await untilMail(lead.leadId, { state: 'no-contacts', attempts: 0 });
    expect(receiver.about(lead.leadId)).toEqual([]);
  });
});

test('a lead that waits or is dead is no mail', async () => {
  await publishContacts(ANN);
  await untilConnectionIsKnown();
  const { leadId, at, attempts, isTest, lead } = writtenLead(connectionId);
  const facts = { leadId, connectionId, at, attempts, isTest, lead };
  const reason = { cause: 'unreachable', what: 'No answer.', remedy: 'None needed.' };
  const marker = writtenLead(connectionId);
  const outcomes: LeadOutcome[] = [
    { ...facts, outcome: 'deferred', reason, nextAttemptAt: at },
    { ...facts, outcome: 'dead', reason },
    marker,
  ];
  await publisher.publishEncoded(
    outcomes.map((value) => ({
      topic: topics.leadsOutcomes.name,
      key: leadId,
      value: JSON.stringify(value),
    })),
  );
  await untilMail(marker.leadId, { state: 'sent' });
  const rows = database.selectFrom('mails').select('about_id').where('about_id', '=', leadId);
  expect(await rows.execute()).toEqual([]);
});

describe('a contact whom the mail server refuses', () => {
  test('for good keeps the mail from nobody else', async () => {
    receiver.replyTo = (recipient) => (recipient === ANN ? '550 5.1.1 no such user' : undefined);
    await publishContacts(ANN, BOB);
    await untilConnectionIsKnown();
    const lead = writtenLead(connectionId);
    await publishOutcomes(lead);
    await untilMail(lead.leadId, { state: 'sent', delivered: [BOB], refused: [ANN], attempts: 1 });
    expect(receiver.about(lead.leadId)).toMatchObject([{ recipients: [BOB] }]);
  });

  test('for now gets it later, and nobody gets it twice', async () => {
    let refusals = 0;
    receiver.replyTo = (recipient) => (recipient === ANN && ++refusals < 3 ? '450 4.2.0 later' : undefined);
    await publishContacts(ANN, BOB);
    await untilConnectionIsKnown();
    const lead = writtenLead(connectionId);
    await publishOutcomes(lead);
    await untilMail(lead.leadId, { state: 'sent', delivered: [BOB, ANN], refused: [], attempts: 3 });
    const mails = receiver.about(lead.leadId);
    expect(mails.map(({ recipients }) => recipients)).toEqual([[BOB], [ANN]]);
    expect(new Set(mails.map(({ headers }) => headers['message-id'])).size).toBe(1);
  }, 60_000);

  test('with everybody else for good is recorded and told, and the mail is over', async () => {
    receiver.replyTo = () => '550 5.1.1 no such user';
    await publishContacts(ANN);
    await untilConnectionIsKnown();
    const lead = writtenLead(connectionId);
    await publishOutcomes(lead);
    await untilMail(lead.leadId, { state: 'refused', refused: [ANN] });
    await eventually(() =>
      expect(surroundings.mailed(lead.leadId)).toMatchObject([
        { connectionId, recipients: [{ address: ANN, result: 'refused', reason: '550 5.1.1 no such user' }] },
      ]),
    );
  });
});

async function readiness(): Promise<unknown> {
  const answer = await fetch(`${notification.url}/health/ready`);
  expect(answer.status).toBe(200);
  return answer.json();
}

async function failingMetric(): Promise<string | undefined> {
  const metrics = await (await fetch(`${notification.url}/metrics`)).text();
  return /^notification_mail_server_failing (\d)$/m.exec(metrics)?.[1];
}

describe('when things break', () => {
  test('without the mail server mails wait, and each is delivered once when it is back', async () => {
    await gate.shut();
    await publishContacts(ANN);
    await untilConnectionIsKnown();
    const leads = Array.from({ length: 5 }, () => writtenLead(connectionId));
    await publishOutcomes(...leads);
    for (const { leadId } of leads) {
      await untilMail(leadId, { state: 'due', last_failure: expect.stringMatching(/ECONN|ESOCKET|closed/) });
    }
    const failing = database.selectFrom('mail_server').select('told');
    expect(await failing.execute()).toEqual([{ told: false }]);
    expect(await readiness()).toEqual({
      status: 'ready',
      degraded: [{ name: 'mail server', why: 'takes no mails: they wait' }],
    });
    expect(await failingMetric()).toBe('1');
    await gate.open();
    for (const { leadId } of leads) await waitIsOver(leadId);
    for (const { leadId } of leads) {
      await untilMail(leadId, { state: 'sent' });
      expect(receiver.about(leadId)).toHaveLength(1);
    }
    await eventually(async () => expect(await failing.execute()).toEqual([]), { timeoutMs: 30_000 });
    expect(await readiness()).toEqual({ status: 'ready' });
    expect(await failingMetric()).toBe('0');
  }, 60_000);

  test('asked to end, it ends in good order', async () => {
    await notification.end('SIGTERM');
    expect(notification.output()).not.toMatch(/"level":"(error|fatal)"/);
    notification = await startServiceProcess(APP, settings);
  }, 60_000);

  test('killed between sending and recording, it sends again under the same Message-ID', async () => {
    await publishContacts(ANN);
    await untilConnectionIsKnown();
    let kills = 0;
    receiver.beforeAcknowledging = async () => {
      if (++kills === 1) await notification.end('SIGKILL');
    };
    const lead = writtenLead(connectionId);
    await publishOutcomes(lead);
    await eventually(() => expect(receiver.about(lead.leadId)).toHaveLength(1));
    await eventually(() => expect(kills).toBe(1));
    await untilMail(lead.leadId, { state: 'due', attempts: 1, delivered: [] });
    notification = await startServiceProcess(APP, settings);
    await waitIsOver(lead.leadId);
    await untilMail(lead.leadId, { state: 'sent', attempts: 2 });
    const ids = receiver.about(lead.leadId).map(({ headers }) => headers['message-id']);
    expect(ids).toEqual([`<${lead.leadId}@contoso.example>`, `<${lead.leadId}@contoso.example>`]);
  }, 60_000);
});
