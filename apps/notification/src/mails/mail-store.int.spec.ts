import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ConnectionChanged, ContactChanged, LeadMailed, topics } from '@leads/contracts';
import { migrate, openDatabase } from '@leads/database';
import { testDatabase, type TestDatabase } from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { keepConnections } from '../follow-connections.ts';
import { type ClaimedMail, claimMails, holdMails, settleMail } from './drain-mails.ts';
import { aboutLead, addLetters, addMails, addressMails } from './mail-store.ts';
import type { NotificationTables } from '../tables.ts';
import { decideNext } from '../smtp/decide-next.ts';
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
  database
    .selectFrom('mails')
    .select(['state', 'recipient', 'reason', 'settled_at'])
    .orderBy('recipient')
    .execute();

const UNKNOWN = '550 5.1.1 unknown';
const sent = (mail: ClaimedMail) => settleMail(database, mail, { kind: 'sent' }, null);
const refuse = (mail: ClaimedMail) =>
  settleMail(database, mail, { kind: 'refused', isAddress: true }, UNKNOWN);
const again = (mail: ClaimedMail, inMs: number, isRecipients = true) =>
  settleMail(database, mail, { kind: 'again', inMs, isRecipients }, '450 later');

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
  test('is told as its connection wants it, from its newest version on', async () => {
    const notifications = { customer: 'all', language: 'de', timeZone: 'Europe/Berlin' } as const;
    await follow(connectionWith(connectionId, [ANN]));
    await addLeads(writtenLead(connectionId));
    expect(await claimMails(database, 10, HOLD_MS)).toMatchObject([{ notifications: null }]);
    await claimRunsOut();
    await follow({ ...connectionWith(connectionId, [ANN], 2), notifications });
    expect(await claimMails(database, 10, HOLD_MS)).toMatchObject([{ notifications }]);
  });

  test('is one a lead and contact, however often its outcome comes', async () => {
    await follow(connectionWith(connectionId, [ANN, BOB]));
    const lead = writtenLead(connectionId);
    await addLeads(lead, lead);
    await Promise.all([addLeads(lead), addLeads(lead)]);
    expect((await mails()).map(({ recipient }) => recipient)).toEqual([ANN, BOB]);
  });

  test('is not made anew after it was sent', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    const lead = writtenLead(connectionId);
    await addLeads(lead);
    for (const mail of await claimMails(database, 10, HOLD_MS)) {
      await sent(mail);
    }
    await addLeads(lead);
    expect(await mails()).toMatchObject([{ state: 'sent' }]);
    expect(await claimMails(database, 10, HOLD_MS)).toEqual([]);
  });

  test('is to those who are contacts when its row is made, whoever are later', async () => {
    await follow(connectionWith(connectionId, [ANN]), connectionWith(connectionId, [ANN, BOB], 2));
    const lead = writtenLead(connectionId);
    await addLeads(lead);
    await follow(connectionWith(connectionId, [BOB, 'cleo@contoso.com'], 3));
    await addressAll();
    await addLeads(lead);
    expect(await mails()).toMatchObject([
      { state: 'due', recipient: ANN },
      { state: 'due', recipient: BOB },
    ]);
  });

  test('goes by a connection’s newest version, whatever comes late or again', async () => {
    await follow(connectionWith(connectionId, [ANN], 2), connectionWith(connectionId, [BOB], 1));
    await follow(connectionWith(connectionId, [BOB], 2));
    await addLeads(writtenLead(connectionId));
    expect(await mails()).toMatchObject([{ recipient: ANN }]);
  });

  test('waits until its connection is known', async () => {
    await addLeads(writtenLead(connectionId));
    await addressAll();
    expect(await mails()).toMatchObject([{ state: 'unaddressed' }]);
    expect(await claimMails(database, 10, HOLD_MS)).toEqual([]);
    await follow(connectionWith(connectionId, [ANN]));
    await addressAll();
    expect(await claimMails(database, 10, HOLD_MS)).toMatchObject([{ recipient: ANN, attempts: 1 }]);
    expect(await mails()).toHaveLength(1);
  });

  test('without contacts is recorded as such and never sent, known connection or not yet', async () => {
    const later = randomUUID();
    await follow(connectionWith(connectionId, []));
    await addLeads(writtenLead(connectionId), writtenLead(later));
    await follow(connectionWith(later, []));
    await addressAll();
    const settled = { state: 'no-contacts', recipient: '', settled_at: expect.any(Date) };
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

  test('takes of each recipients’ server as much, and no more of one than its share', async () => {
    await follow(connectionWith(connectionId, [ANN, 'dora@mail.contoso.com']));
    await addLeads(...Array.from({ length: 20 }, () => writtenLead(connectionId)));
    const domains = (await claimMails(database, 6, HOLD_MS)).map(({ recipientDomain }) => recipientDomain);
    expect(domains.filter((domain) => domain === 'contoso.com')).toHaveLength(3);
    const others = await claimMails(database, 40, HOLD_MS, {
      mostOfDomain: 4,
      underWay: new Map([['contoso.com', 3]]),
    });
    expect(others.map(({ recipientDomain }) => recipientDomain).sort()).toEqual([
      'contoso.com',
      ...Array.from({ length: 4 }, () => 'mail.contoso.com'),
    ]);
    expect(await claimMails(database, 0, HOLD_MS)).toEqual([]);
  });

  test('that was lost settles nothing', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await addLeads(writtenLead(connectionId));
    const [slow] = await claimMails(database, 1, HOLD_MS);
    await claimRunsOut();
    const [quick] = await claimMails(database, 1, HOLD_MS);
    if (!slow || !quick) throw new Error('nothing was claimed');
    expect(await again(slow, 0)).toBeUndefined();
    expect(await sent(quick)).toBe('sent');
    expect(await sent(quick)).toBeUndefined();
  });
});

describe('settling', () => {
  const claimOne = async (): Promise<ClaimedMail> => {
    const [mail] = await claimMails(database, 1, HOLD_MS);
    if (!mail) throw new Error('nothing was claimed');
    return mail;
  };

  test('does not bring a mail up again before its wait is over', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await addLeads(writtenLead(connectionId));
    await again(await claimOne(), 60_000);
    expect(await claimMails(database, 1, HOLD_MS)).toEqual([]);
    await claimRunsOut();
    expect(await claimMails(database, 1, HOLD_MS)).toHaveLength(1);
  });

  test('tells by the database’s clock for how long a recipient is refused, and whether others got theirs since', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await addLeads(writtenLead(connectionId));
    await again(await claimOne(), 0, false);
    const second = await claimOne();
    expect(second).toMatchObject({ attempts: 2, refusedMs: null, othersTaken: false });
    await again(second, 0);
    await sql`update mails set refused_since = now() - interval '1 day' where state = 'due'`.execute(
      database,
    );
    const third = await claimOne();
    expect(third.refusedMs).toBeGreaterThanOrEqual(86_400_000);
    expect(third.othersTaken).toBe(false);
    await again(third, 60_000);
    await addLeads(writtenLead(connectionId));
    await sent(await claimOne());
    await claimRunsOut();
    expect(await claimOne()).toMatchObject({ othersTaken: true });
  });

  test('loses nothing of what waited a day for the server', async () => {
    await follow(connectionWith(connectionId, [ANN, BOB]));
    await addLeads(...Array.from({ length: 10 }, () => writtenLead(connectionId)));
    for (let hour = 0; hour < 24; hour++) {
      for (const mail of await claimMails(database, 50, HOLD_MS)) {
        const next = decideNext({ kind: 'server' }, mail, 0.9);
        expect(await settleMail(database, mail, next, 'connect ECONNREFUSED')).toBe('due');
      }
      await sql`
        update mails set due_at = due_at - interval '1 hour', created_at = created_at - interval '1 hour'
      `.execute(database);
    }
    for (const mail of await claimMails(database, 50, HOLD_MS)) await sent(mail);
    expect((await mails()).filter(({ state }) => state === 'sent')).toHaveLength(20);
  });
});

describe('an address that the server says does not exist', () => {
  const contact = () =>
    database
      .selectFrom('contacts')
      .select(['bounce_reason', 'struck_off'])
      .where('address', '=', ANN)
      .execute();
  const bounce = async (): Promise<void> => {
    await addLeads(writtenLead(connectionId));
    for (const mail of await claimMails(database, 5, HOLD_MS)) await refuse(mail);
  };
  const bounced = async () => {
    const rows = database.selectFrom('outbox').select('value').where('topic', '=', topics.contacts.name);
    const all = (await rows.orderBy('id').execute()).map(({ value }) =>
      ContactChanged.parse(JSON.parse(value)),
    );
    return all.map((one) => one.bounced?.isStruckOff);
  };

  test('is marked, and gets nothing more once the server has said so again an hour later, until its list is saved', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await bounce();
    await bounce();
    expect(await contact()).toEqual([{ bounce_reason: UNKNOWN, struck_off: false }]);
    await sql`update contacts set bounced_at = now() - interval '61 minutes'`.execute(database);
    await bounce();
    expect(await contact()).toEqual([{ bounce_reason: UNKNOWN, struck_off: true }]);
    const { leadId } = await leadNow();
    expect(await claimMails(database, 5, HOLD_MS)).toEqual([]);
    expect((await told()).find((one) => one.leadId === leadId)?.recipients).toEqual([
      { address: ANN, result: 'refused', reason: expect.stringContaining(UNKNOWN) },
    ]);
    await follow(connectionWith(connectionId, [ANN], 2));
    expect(await contact()).toEqual([{ bounce_reason: null, struck_off: false }]);
    await leadNow();
    expect(await claimMails(database, 5, HOLD_MS)).toHaveLength(1);
    expect(await bounced()).toEqual([undefined, false, true, undefined]);
  });

  test('is none any more once it has taken a mail', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await bounce();
    await leadNow();
    for (const mail of await claimMails(database, 5, HOLD_MS)) await sent(mail);
    expect(await contact()).toEqual([{ bounce_reason: null, struck_off: false }]);
  });

  async function leadNow() {
    const lead = writtenLead(connectionId);
    await addLeads(lead);
    return lead;
  }
});

describe('what became of a lead’s mail', () => {
  const claimOne = async () => {
    const [mail] = await claimMails(database, 1, HOLD_MS);
    if (!mail) throw new Error('nothing was claimed');
    return mail;
  };
  test('is told of each recipient when theirs is settled, with the reason of a refusal', async () => {
    await follow(connectionWith(connectionId, [ANN, BOB]));
    const lead = { ...writtenLead(connectionId), isTest: true };
    await addLeads(lead);
    const claimed = await claimMails(database, 2, HOLD_MS);
    const of = (contact: string) => {
      const mail = claimed.find(({ recipient }) => recipient === contact);
      if (!mail) throw new Error('it was not claimed');
      return mail;
    };
    await refuse(of(ANN));
    const [first] = await told();
    expect(first).toEqual({
      leadId: lead.leadId,
      connectionId,
      at: (await mails())[0]?.settled_at?.toISOString(),
      receivedAt: lead.receivedAt,
      isTest: true,
      recipients: [{ address: ANN, result: 'refused', reason: UNKNOWN }],
    });
    await sent(of(BOB));
    expect((await told())[1]?.recipients).toEqual([{ address: BOB, result: 'sent' }]);
  });

  test('is told once, whoever settles it again', async () => {
    await follow(connectionWith(connectionId, [ANN]));
    await addLeads(writtenLead(connectionId));
    const mail = await claimOne();
    await Promise.all([1, 2, 3].map(() => sent(mail)));
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
    expect(await sent(await claimOne())).toBe('sent');
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
    await expect(sent(mail)).rejects.toThrow('full_up');
    await sql`alter table outbox drop constraint full_up`.execute(database);
    expect(await mails()).toMatchObject([{ state: 'due', settled_at: null }]);
  });
});
