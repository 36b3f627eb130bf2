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

/** Waits until each contact's mail is as wanted. */
const untilMails = (leadId: string, wanted: Record<string, Record<string, unknown>>) =>
  eventually(
    async () => {
      const rows = await database.selectFrom('mails').selectAll().where('about_id', '=', leadId).execute();
      const byRecipient = Object.fromEntries(rows.map((row) => [row.recipient, row]));
      expect(byRecipient).toMatchObject(wanted);
      expect(rows).toHaveLength(Object.keys(wanted).length);
    },
    { timeoutMs: 30_000 },
  );

/** As if the time had passed for which a mail waits or is held. */
const waitIsOver = (leadId: string) =>
  sql`update mails set due_at = now() where about_id = ${leadId} and state = 'due'`.execute(database);

describe('a lead that was written', () => {
  test('is one mail to each contact, under the lead’s id, which tells nobody of the others', async () => {
    await publishContacts(ANN, BOB);
    await untilConnectionIsKnown();
    const lead = writtenLead(connectionId);
    await publishOutcomes(lead);
    await untilMails(lead.leadId, { [ANN]: { state: 'sent' }, [BOB]: { state: 'sent' } });
    const mails = receiver
      .about(lead.leadId)
      .sort((one, other) => (one.recipients < other.recipients ? -1 : 1));
    expect(mails).toEqual(
      [ANN, BOB].map((contact) => ({
        recipients: [contact],
        headers: expect.objectContaining({
          from: 'Marketplace leads <leads@contoso.example>',
          to: contact,
          subject: 'New lead for Contoso Analytics: Ana Trujillo, Adatum',
        }),
      })),
    );
    const ids = mails.map(({ headers }) => headers['message-id']);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(`<${lead.leadId}.`);
    const sources = receiver.sources.filter((source) => source.includes(lead.leadId));
    for (const source of sources) expect(source.includes(ANN)).toBe(!source.includes(BOB));
    await eventually(() =>
      expect(
        surroundings
          .mailed(lead.leadId)
          .flatMap(({ recipients }) => recipients)
          .sort((one, other) => (one.address < other.address ? -1 : 1)),
      ).toEqual([ANN, BOB].map((address) => ({ address, result: 'sent' }))),
    );
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
  test('for good keeps the mail from nobody else, and what was said is told', async () => {
    receiver.replyTo = (recipient) => (recipient === ANN ? '550 5.4.1 Access denied' : undefined);
    await publishContacts(ANN, BOB);
    await untilConnectionIsKnown();
    const lead = writtenLead(connectionId);
    await publishOutcomes(lead);
    await untilMails(lead.leadId, {
      [ANN]: { state: 'refused', attempts: 1, reason: '550 5.4.1 Access denied' },
      [BOB]: { state: 'sent', attempts: 1 },
    });
    expect(receiver.about(lead.leadId)).toMatchObject([{ recipients: [BOB] }]);
    const refusal = { address: ANN, result: 'refused', reason: '550 5.4.1 Access denied' };
    await eventually(() =>
      expect(surroundings.mailed(lead.leadId).flatMap(({ recipients }) => recipients)).toContainEqual(
        refusal,
      ),
    );
  });

  test('for now gets it later, under one Message-ID, and nobody gets it twice', async () => {
    let refusals = 0;
    receiver.replyTo = (recipient) => (recipient === ANN && ++refusals < 3 ? '450 4.2.0 later' : undefined);
    await publishContacts(ANN, BOB);
    await untilConnectionIsKnown();
    const lead = writtenLead(connectionId);
    await publishOutcomes(lead);
    await untilMails(lead.leadId, {
      [ANN]: { state: 'sent', attempts: 3 },
      [BOB]: { state: 'sent', attempts: 1 },
    });
    expect(receiver.about(lead.leadId).map(({ recipients }) => recipients)).toEqual([[BOB], [ANN]]);
  }, 60_000);

  test.each([
    '550 Requested action not taken: mailbox unavailable. Try again later',
    '550 5.1.8 <leads@contoso.example>: Sender address rejected',
  ])(
    'with everybody else is struck off by no "%s": all get it once that is mended',
    async (said) => {
      receiver.replyTo = () => said;
      await publishContacts(ANN, BOB);
      await untilConnectionIsKnown();
      const lead = writtenLead(connectionId);
      await publishOutcomes(lead);
      const waits = { state: 'due', last_failure: said };
      await untilMails(lead.leadId, { [ANN]: waits, [BOB]: waits });
      receiver.replyTo = () => undefined;
      await waitIsOver(lead.leadId);
      await untilMails(lead.leadId, { [ANN]: { state: 'sent' }, [BOB]: { state: 'sent' } });
    },
    60_000,
  );
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
      degraded: [
        { name: 'mail server', why: expect.stringMatching(/^takes no mails: they wait\. unreachable\. See/) },
      ],
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
    await untilMail(lead.leadId, { state: 'due', attempts: 1, recipient: ANN });
    notification = await startServiceProcess(APP, settings);
    await waitIsOver(lead.leadId);
    await untilMail(lead.leadId, { state: 'sent', attempts: 2 });
    const ids = receiver.about(lead.leadId).map(({ headers }) => headers['message-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  }, 60_000);
});
