import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ConnectionChanged, LeadMailed, topics } from '@leads/contracts';
import { migrate, openDatabase } from '@leads/database';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { keepConnections } from '../follow-connections.ts';
import {
  aboutLead,
  addLetters,
  addMails,
  addressMails,
  claimMails,
  holdMails,
  settleMail,
} from './mail-store.ts';
import type { NotificationTables } from '../tables.ts';
import { ownDomain } from '../testing/contacts.ts';
import { connectionWith, incidentOf, writtenLead } from '../testing/written-leads.ts';

const [ANN, BOB] = ['ann@contoso.com', 'bob@contoso.com'];
const HOLD_MS = 60_000;
const HELD_MS = 14 * 86_400_000;

let server: TestDatabase;
let database: Kysely<NotificationTables>;
let connectionId: string;

beforeAll(async () => {
  server = await testDatabase((url) =>
    migrate({ url, schema: 'notification', folder: new URL('../../migrations/', import.meta.url) }),
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
beforeEach(async () => {
  await sql`truncate connections, mails, outbox, contacts, publishers`.execute(database);
  await ownDomain(database, 'contoso', 'contoso.com');
  connectionId = randomUUID();
});

const follow = (...changes: ConnectionChanged[]): Promise<void> =>
  database.transaction().execute((transaction) => keepConnections(transaction, changes));

const addLeads = (...leads: ReturnType<typeof writtenLead>[]) =>
  addMails(database, leads.map(aboutLead), HELD_MS);

const addressAll = () => addressMails(database, HELD_MS);

const mails = () =>
  database.selectFrom('mails').select(['state', 'contacts', 'delivered', 'refused', 'settled_at']).execute();

const refusalOf = (address: string) => ({ address, reason: '550 5.1.1 unknown' });

/** What was told of leads' mails so far. */
async function told(): Promise<LeadMailed[]> {
  const rows = await database
    .selectFrom('outbox')
    .select('value')
    .where('topic', '=', topics.leadsMailed.name)
    .orderBy('id')
    .execute();
  return rows.map(({ value }) => LeadMailed.parse(JSON.parse(value)));
}

const claimRunsOut = () => sql`update mails set due_at = now() where state = 'due'`.execute(database);

describe('a mail', () => {
  test('is one a lead, however often its outcome comes', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    const lead = writtenLead(connectionId);
    await addLeads(lead, lead);
    await Promise.all([addLeads(lead), addLeads(lead)]);
    expect(await mails()).toHaveLength(1);
  });

  test('is not made anew after it was sent', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    const lead = writtenLead(connectionId);
    await addLeads(lead);
    for (const mail of await claimMails(database, 10, HOLD_MS)) {
      await settleMail(database, mail, { delivered: [ANN], refused: [], failure: null }, 0);
    }
    await addLeads(lead);
    expect(await mails()).toMatchObject([{ state: 'sent' }]);
    expect(await claimMails(database, 10, HOLD_MS)).toEqual([]);
  });

  test('is to those who are contacts when its row is made, whoever are later', async () => {
    await follow(connectionWith(connectionId, [ANN]), connectionWith(connectionId, [ANN, BOB], 2));
    await addLeads(writtenLead(connectionId));
    await follow(connectionWith(connectionId, [BOB], 3));
    await addressAll();
    expect(await mails()).toMatchObject([{ state: 'due', contacts: [ANN, BOB] }]);
  });

  test('goes by a connection’s newest version, whatever comes late or again', async () => {
    await follow(connectionWith(connectionId, [ANN], 2), connectionWith(connectionId, [BOB], 1));
    await follow(connectionWith(connectionId, [BOB], 2));
    await addLeads(writtenLead(connectionId));
    expect(await mails()).toMatchObject([{ contacts: [ANN] }]);
  });

  test('waits until its connection is known', async () => {
    await addLeads(writtenLead(connectionId));
    await addressAll();
    expect(await mails()).toMatchObject([{ state: 'unaddressed' }]);
    expect(await claimMails(database, 10, HOLD_MS)).toEqual([]);
    await follow(connectionWith(connectionId, [ANN]));
    await addressAll();
    expect(await claimMails(database, 10, HOLD_MS)).toMatchObject([{ remaining: [ANN], attempts: 1 }]);
  });

  test('without contacts is recorded as such and never sent, known connection or not yet', async () => {
    const later = randomUUID();
    await follow(connectionWith(connectionId, []));
    await addLeads(writtenLead(connectionId), writtenLead(later));
    await follow(connectionWith(later, []));
    await addressAll();
    const settled = { state: 'no-contacts', contacts: [], settled_at: expect.any(Date) };
    expect(await mails()).toEqual([expect.objectContaining(settled), expect.objectContaining(settled)]);
    expect(await claimMails(database, 10, HOLD_MS)).toEqual([]);
  });
});

describe('a claim', () => {
  test('is one process’s alone, and another’s once it has run out', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await addLeads(...Array.from({ length: 40 }, () => writtenLead(connectionId)));
    const claims = await Promise.all(Array.from({ length: 4 }, () => claimMails(database, 10, HOLD_MS)));
    expect(new Set(claims.flat().map(({ aboutId }) => aboutId)).size).toBe(claims.flat().length);
    await claimMails(database, 40, HOLD_MS);
    expect(await claimMails(database, 40, HOLD_MS)).toEqual([]);
    await claimRunsOut();
    expect(await claimMails(database, 40, HOLD_MS)).toHaveLength(40);
  });

  test('is held on to while the mail is being sent, but not taken back from another', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await addLeads(writtenLead(connectionId));
    const slow = await claimMails(database, 1, HOLD_MS);
    await claimRunsOut();
    await holdMails(database, slow, HOLD_MS);
    expect(await claimMails(database, 1, HOLD_MS)).toEqual([]);
    await claimRunsOut();
    expect(await claimMails(database, 1, HOLD_MS)).toHaveLength(1);
    await claimRunsOut();
    await holdMails(database, slow, HOLD_MS);
    expect(await claimMails(database, 1, HOLD_MS)).toHaveLength(1);
  });

  test('takes of each connection as much, however many wait for one of them', async () => {
    const [flooded, ...quiet] = [connectionId, randomUUID(), randomUUID()];
    await follow(...[flooded, ...quiet].map((id) => connectionWith(id, [ANN])));
    await addLeads(...Array.from({ length: 500 }, () => writtenLead(flooded)));
    await addLeads(...quiet.map((id) => writtenLead(id)));
    const claimed = await claimMails(database, 5, HOLD_MS);
    expect(claimed.map((mail) => mail.connectionId).sort()).toEqual(
      [flooded, flooded, flooded, ...quiet].sort(),
    );
  });

  test('that was lost settles nothing', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await addLeads(writtenLead(connectionId));
    const [slow] = await claimMails(database, 1, HOLD_MS);
    await claimRunsOut();
    const [quick] = await claimMails(database, 1, HOLD_MS);
    if (!slow || !quick) throw new Error('nothing was claimed');
    const sent = { delivered: [ANN], refused: [], failure: null };
    expect(await settleMail(database, slow, { ...sent, delivered: [], failure: 'late' }, 0)).toBeUndefined();
    expect(await settleMail(database, quick, sent, 0)).toBe('sent');
    expect(await settleMail(database, quick, sent, 0)).toBeUndefined();
  });
});

describe('settling', () => {
  test('leaves a mail due for whoever has neither got nor refused it', async () => {
    await follow(connectionWith(connectionId, [ANN, BOB]));
    await addLeads(writtenLead(connectionId));
    const [first] = await claimMails(database, 1, HOLD_MS);
    if (!first) throw new Error('nothing was claimed');
    const partly = { delivered: [ANN], refused: [], failure: 'bob: 450 later' };
    expect(await settleMail(database, first, partly, 0)).toBe('due');
    const [second] = await claimMails(database, 1, HOLD_MS);
    expect(second).toMatchObject({ contacts: [ANN, BOB], remaining: [BOB], attempts: 2 });
    if (!second) throw new Error('nothing was claimed');
    const rest = { delivered: [], refused: [refusalOf(BOB)], failure: 'bob: 550 5.1.1 unknown' };
    expect(await settleMail(database, second, rest, 0)).toBe('sent');
    expect(await mails()).toMatchObject([{ delivered: [ANN], refused: [BOB], settled_at: expect.any(Date) }]);
  });

  test('does not bring a mail up again before its wait is over', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await addLeads(writtenLead(connectionId));
    const [mail] = await claimMails(database, 1, HOLD_MS);
    if (!mail) throw new Error('nothing was claimed');
    await settleMail(database, mail, { delivered: [], refused: [], failure: 'away' }, 60_000);
    expect(await claimMails(database, 1, HOLD_MS)).toEqual([]);
    await claimRunsOut();
    expect(await claimMails(database, 1, HOLD_MS)).toHaveLength(1);
  });

  test('records a mail that nobody would take as refused', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await addLeads(writtenLead(connectionId));
    const [mail] = await claimMails(database, 1, HOLD_MS);
    if (!mail) throw new Error('nothing was claimed');
    const report = { delivered: [], refused: [refusalOf(ANN)], failure: '550 5.1.1 unknown' };
    expect(await settleMail(database, mail, report, 0)).toBe('refused');
  });
});

describe('what became of a lead’s mail', () => {
  const claimOne = async () => {
    const [mail] = await claimMails(database, 1, HOLD_MS);
    if (!mail) throw new Error('nothing was claimed');
    return mail;
  };
  const sentTo = (...delivered: string[]) => ({ delivered, refused: [], failure: null });

  test('is told once nobody remains, with each recipient in order and the reason of each refusal', async () => {
    await follow(connectionWith(connectionId, [ANN, BOB]));
    const lead = { ...writtenLead(connectionId), isTest: true };
    await addLeads(lead);
    await settleMail(database, await claimOne(), { ...sentTo(), refused: [refusalOf(ANN)] }, 0);
    expect(await told()).toEqual([]);
    await settleMail(database, await claimOne(), sentTo(BOB), 0);
    expect(await told()).toEqual([
      {
        leadId: lead.leadId,
        connectionId,
        at: (await mails())[0]?.settled_at?.toISOString(),
        receivedAt: lead.receivedAt,
        isTest: true,
        recipients: [
          { address: ANN, result: 'refused', reason: '550 5.1.1 unknown' },
          { address: BOB, result: 'sent' },
        ],
      },
    ]);
  });

  test('is told once, whoever settles it again', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await addLeads(writtenLead(connectionId));
    const mail = await claimOne();
    await Promise.all([1, 2, 3].map(() => settleMail(database, mail, sentTo(ANN), 0)));
    expect(await told()).toHaveLength(1);
  });

  test('is told without recipients where there are no contacts, known connection or not yet', async () => {
    const later = randomUUID();
    await follow(connectionWith(connectionId, []));
    const [now, then] = [writtenLead(connectionId), writtenLead(later)];
    await addLeads(now, then);
    await addLeads(now, then);
    expect(await told()).toMatchObject([{ leadId: now.leadId, isTest: false, recipients: [] }]);
    await follow(connectionWith(later, []));
    await addressAll();
    await addressAll();
    expect(await told()).toMatchObject([
      { leadId: now.leadId },
      { leadId: then.leadId, connectionId: later, recipients: [] },
    ]);
  });

  test('is not told of a mail about an incident', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    const offers = [{ connectionId, title: 'Contoso Analytics', organization: null }];
    const letter = { aboutId: randomUUID(), contact: ANN, offers };
    await database
      .transaction()
      .execute((transaction) =>
        addLetters(transaction, { told: 'opened', incident: incidentOf([connectionId]) }, [letter], HELD_MS),
      );
    expect(await settleMail(database, await claimOne(), sentTo(ANN), 0)).toBe('sent');
    expect(await told()).toEqual([]);
  });

  test('is another one than that about an incident under the same id', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    const lead = writtenLead(connectionId);
    await addLeads(lead);
    const offers = [{ connectionId, title: 'Contoso Analytics', organization: null }];
    const letter = { aboutId: lead.leadId, contact: ANN, offers };
    await database
      .transaction()
      .execute((transaction) =>
        addLetters(
          transaction,
          { told: 'opened', incident: incidentOf([connectionId]) },
          [letter, letter],
          HELD_MS,
        ),
      );
    expect(await mails()).toHaveLength(2);
  });

  test('is not recorded where telling of it fails', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await addLeads(writtenLead(connectionId));
    const mail = await claimOne();
    await sql`alter table outbox add constraint full_up check (false) not valid`.execute(database);
    await expect(settleMail(database, mail, sentTo(ANN), 0)).rejects.toThrow('full_up');
    await sql`alter table outbox drop constraint full_up`.execute(database);
    expect(await mails()).toMatchObject([{ state: 'due', delivered: [] }]);
  });
});
