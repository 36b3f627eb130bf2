import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type ConnectionChanged,
  ContactChanged,
  isAtOwnDomain,
  LeadMailed,
  type PublisherDomains,
  topics,
} from '@leads/contracts';
import { migrate, openDatabase } from '@leads/database';
import { testDatabase, type TestDatabase } from '@leads/testing';
import fc from 'fast-check';
import { type Kysely, sql } from 'kysely';
import { keepConnections } from '../follow-connections.ts';
import { endHeldMails } from '../mails/held-mails.ts';
import { claimMails, settleMail } from '../mails/drain-mails.ts';
import { aboutLead, addLetters, addMails, addressMails } from '../mails/mail-store.ts';
import type { NotificationTables } from '../tables.ts';
import { ownDomain } from '../testing/contacts.ts';
import { connectionWith, incidentOf, writtenLead } from '../testing/written-leads.ts';
import { askContacts } from './ask-contacts.ts';
import { keepAnswers, keepDomains, lockContacts } from './keep-contacts.ts';

const [ANN, BOB, CLEO] = ['ann@contoso.com', 'Bob@partner.example', 'cleo@partner.example'];
const HELD_MS = 14 * 86_400_000;

let server: TestDatabase;
let database: Kysely<NotificationTables>;
let connectionId: string;

beforeAll(async () => {
  server = await testDatabase((url) =>
    migrate({ url, schema: 'notification', folder: new URL('../../migrations/', import.meta.url) }),
  );
  const settings = { url: server.url, schema: 'notification', poolSize: 4, application: 'test' };
  database = openDatabase(settings, () => undefined);
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});
beforeEach(async () => {
  await begin();
  await ownDomain(database, 'contoso', 'contoso.com');
  connectionId = randomUUID();
});

const begin = () => sql`truncate connections, mails, outbox, contacts, publishers`.execute(database);

const changing = (change: (transaction: Kysely<NotificationTables>) => Promise<void>): Promise<void> =>
  database.transaction().execute(async (transaction) => {
    await lockContacts(transaction);
    await change(transaction);
  });

const save = (...changes: ConnectionChanged[]) =>
  changing((transaction) => keepConnections(transaction, changes));
const saveContacts = (contacts: string[], version = 1) =>
  save(connectionWith(connectionId, contacts, version));

async function addLead(id = connectionId): Promise<string> {
  const lead = writtenLead(id);
  await addMails(database, [aboutLead(lead)], HELD_MS);
  return lead.leadId;
}

/** As if the seconds had passed after which a contact is asked. */
async function ask(perHour = 20): Promise<void> {
  await sql`update contacts set ask_at = now() where ask_at is not null`.execute(database);
  await askContacts(database, perHour);
}

const contactOf = (address: string) =>
  database
    .selectFrom('contacts')
    .selectAll()
    .where('address', '=', address.toLowerCase())
    .executeTakeFirstOrThrow();

async function answer(address: string, given: 'confirmed' | 'declined', at = new Date()): Promise<void> {
  const { contact_id: contactId } = await contactOf(address);
  await changing((transaction) =>
    keepAnswers(transaction, [{ contactId, answer: given, at: at.toISOString() }]),
  );
}

/** Sends what may go: who got what. */
async function send(): Promise<{ kind: string; to: string }[]> {
  const sent: { kind: string; to: string }[] = [];
  for (let mails = await claimMails(database, 50, 60_000); mails.length > 0;) {
    for (const mail of mails) {
      sent.push({ kind: mail.kind, to: mail.recipient });
      await settleMail(database, mail, { kind: 'sent' }, null);
    }
    mails = await claimMails(database, 50, 60_000);
  }
  return sent;
}

const toldOn = async <T>(topic: string, read: (value: unknown) => T): Promise<T[]> => {
  const query = database.selectFrom('outbox').select('value').where('topic', '=', topic).orderBy('id');
  return (await query.execute()).map(({ value }) => read(JSON.parse(value)));
};
const mailed = () => toldOn(topics.leadsMailed.name, (value) => LeadMailed.parse(value));
const contactsTold = () => toldOn(topics.contacts.name, (value) => ContactChanged.parse(value));

describe('a contact at a domain of the publisher’s own', () => {
  test('gets mails at once and is asked nothing, below the domain too', async () => {
    await saveContacts([ANN, 'ada@sales.CONTOSO.com']);
    await addLead();
    await ask();
    expect(await send()).toEqual([
      { kind: 'lead-written', to: ANN },
      { kind: 'lead-written', to: 'ada@sales.CONTOSO.com' },
    ]);
    expect(await contactsTold()).toMatchObject([{ state: 'own-domain' }, { state: 'own-domain' }]);
  });

  test('becomes one when the domain is set, and what waited goes out', async () => {
    await saveContacts([BOB]);
    await addLead();
    expect(await send()).toEqual([]);
    await changing((transaction) =>
      keepDomains(transaction, [
        { publisherId: 'contoso', domains: ['partner.example'], at: new Date().toISOString() },
      ]),
    );
    expect(await send()).toEqual([{ kind: 'lead-written', to: BOB }]);
  });

  test('is none any more when the domain is taken away, by the newest word alone', async () => {
    await saveContacts([ANN]);
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const told = (domains: string[], ms: number): PublisherDomains => ({
      ...{ publisherId: 'contoso', domains, at: at(ms) },
    });
    await changing((transaction) =>
      keepDomains(transaction, [told([], 2_000), told(['contoso.com'], 1_000)]),
    );
    await changing((transaction) => keepDomains(transaction, [told(['contoso.com'], 1_500)]));
    await addLead();
    expect(await send()).toEqual([]);
    expect(await contactOf(ANN)).toMatchObject({ state: 'waiting' });
  });
});

describe('any other contact', () => {
  test('is asked by one mail that goes to them alone, while the others get theirs', async () => {
    await saveContacts([ANN, BOB]);
    const leadId = await addLead();
    await ask();
    expect(await send()).toEqual([
      { kind: 'lead-written', to: ANN },
      { kind: 'contact-request', to: BOB },
    ]);
    expect(await mailed()).toMatchObject([
      { leadId, recipients: [], waiting: [BOB] },
      { leadId, recipients: [{ address: ANN, result: 'sent' }] },
    ]);
    await ask();
    await addLead();
    expect((await send()).map(({ to }) => to)).toEqual([ANN]);
  });

  test('gets what waited once they have confirmed, and everything from then on', async () => {
    await saveContacts([BOB]);
    const leadId = await addLead();
    await database
      .transaction()
      .execute((transaction) =>
        addLetters(
          transaction,
          { told: 'opened', incident: incidentOf([connectionId]) },
          [{ aboutId: randomUUID(), contact: BOB, offers: [offer()] }],
          HELD_MS,
        ),
      );
    expect(await mailed()).toMatchObject([{ leadId, recipients: [], waiting: [BOB] }]);
    expect(await send()).toEqual([]);
    await answer(BOB, 'confirmed');
    expect((await send()).map(({ kind, to }) => `${kind} ${to}`).sort()).toEqual([
      `incident ${BOB}`,
      `lead-written ${BOB}`,
    ]);
    const [, later] = await mailed();
    expect(later).toMatchObject({ leadId, recipients: [{ address: BOB, result: 'sent' }] });
    expect(later).not.toHaveProperty('waiting');
    await addLead();
    expect(await send()).toEqual([{ kind: 'lead-written', to: BOB }]);
    expect((await contactsTold()).map(({ state }) => state)).toEqual(['waiting', 'confirmed']);
  });

  test('who says no gets nothing more, visibly, however often they are listed, until they say yes', async () => {
    await saveContacts([ANN, BOB]);
    const before = await addLead();
    await answer(BOB, 'declined');
    await endHeldMails(database);
    await saveContacts([ANN], 2);
    await saveContacts([ANN, BOB], 3);
    const after = await addLead();
    await ask();
    expect((await send()).map(({ to }) => to)).toEqual([ANN, ANN]);
    const refused = { address: BOB, result: 'refused', reason: expect.stringContaining('want no mails') };
    const told = await mailed();
    expect(told.filter(({ leadId }) => leadId === before)).toContainEqual(
      expect.objectContaining({ recipients: [refused] }),
    );
    expect(told.find(({ leadId }) => leadId === after)?.recipients).toContainEqual(refused);
    await answer(BOB, 'confirmed', new Date(Date.now() - 60_000));
    expect(await contactOf(BOB)).toMatchObject({ state: 'declined' });
    await answer(BOB, 'confirmed', new Date(Date.now() + 60_000));
    await addLead();
    expect((await send()).map(({ to }) => to)).toEqual([ANN, BOB]);
  });

  test('who says no gets nothing of what was due to them already, and the others their mail', async () => {
    await saveContacts([ANN, BOB]);
    await answer(BOB, 'confirmed');
    const [both, onlyBob] = [await addLead(), randomUUID()];
    await database
      .transaction()
      .execute((transaction) =>
        addLetters(
          transaction,
          { told: 'opened', incident: incidentOf([connectionId]) },
          [{ aboutId: onlyBob, contact: BOB, offers: [offer()] }],
          HELD_MS,
        ),
      );
    const next = { kind: 'again', inMs: 0, isRecipients: true } as const;
    for (const mail of await claimMails(database, 1, 0)) await settleMail(database, mail, next, 'later');
    await answer(BOB, 'declined', new Date(Date.now() + 1_000));
    expect(await send()).toEqual([{ kind: 'lead-written', to: ANN }]);
    expect(await mailed()).toMatchObject([
      { leadId: both, recipients: [{ address: BOB, result: 'refused' }] },
      { leadId: both, recipients: [{ address: ANN, result: 'sent' }] },
    ]);
    const left = database.selectFrom('mails').select('state').where('settled_at', 'is', null);
    expect(await left.execute()).toEqual([]);
  });

  test('whom no answer comes from has what waited end visibly, and nothing goes out', async () => {
    await saveContacts([BOB, CLEO]);
    const leadId = await addLead();
    await endHeldMails(database);
    expect(await mailed()).toHaveLength(1);
    await sql`update mails set due_at = now() where state = 'held'`.execute(database);
    await endHeldMails(database);
    await endHeldMails(database);
    const told = await mailed();
    expect(told).toHaveLength(2);
    expect(told[1]?.leadId).toBe(leadId);
    const unconfirmed = { result: 'refused', reason: expect.stringContaining('Nobody has confirmed') };
    expect(told[1]?.recipients).toHaveLength(2);
    for (const recipient of told[1]?.recipients ?? []) expect(recipient).toMatchObject(unconfirmed);
    await answer(BOB, 'confirmed');
    expect(await send()).toEqual([]);
  });

  test('who is taken off the list gets nothing of what waited', async () => {
    await saveContacts([BOB]);
    await addLead();
    await saveContacts([ANN], 2);
    await endHeldMails(database);
    expect((await mailed())[1]?.recipients).toMatchObject([
      { address: BOB, reason: expect.stringContaining('does not have this address') },
    ]);
    await answer(BOB, 'confirmed');
    expect(await send()).toEqual([]);
  });
});

const offer = () => ({ connectionId, title: 'Contoso Analytics', organization: null });

describe('a contact is asked', () => {
  const asked = async (): Promise<string[]> =>
    (await send()).filter(({ kind }) => kind === 'contact-request').map(({ to }) => to);

  test('once a day at most, however often and wherever their connection is saved', async () => {
    await saveContacts([BOB]);
    await ask();
    await saveContacts([BOB, ANN], 2);
    await save(connectionWith(randomUUID(), [BOB.toUpperCase()]));
    await ask();
    expect(await asked()).toEqual([BOB]);
    await sql`update contacts set asked_at = now() - interval '25 hours'`.execute(database);
    await ask();
    expect(await asked()).toEqual([]);
    await saveContacts([BOB], 3);
    await ask();
    await ask();
    expect(await asked()).toEqual([BOB]);
  });

  test('one mailbox once a day, under however many addresses; the others once that is over', async () => {
    const tags = ['bob+1@partner.example', 'bob+2@partner.example', 'Bob@partner.example'];
    const dots = ['a.n.n@gmail.com', 'ann+x@googlemail.com', 'an.n@other.example', 'ann@other.example'];
    await saveContacts([...tags, ...dots]);
    const mailedTo = async () => (await send()).map(({ to }) => to.toLowerCase()).sort();
    for (let times = 0; times < 3; times += 1) await ask();
    expect(await mailedTo()).toEqual([
      'a.n.n@gmail.com',
      'an.n@other.example',
      'ann@other.example',
      'bob+1@partner.example',
    ]);
    await askContacts(database, 20);
    expect(await mailedTo()).toEqual([]);
    await sql`update contacts set asked_at = asked_at - interval '25 hours'`.execute(database);
    await ask();
    expect(await mailedTo()).toEqual(['ann+x@googlemail.com', 'bob+2@partner.example']);
  });

  test('within the number that a publisher has an hour, and by and by beyond it', async () => {
    const many = Array.from({ length: 5 }, (_, index) => `person${index}@partner.example`);
    await saveContacts(many);
    await save({
      ...connectionWith(randomUUID(), [CLEO]),
      publisher: { id: 'fabrikam', name: 'Fabrikam' },
    });
    await ask(2);
    expect((await asked()).sort()).toEqual([CLEO, 'person0@partner.example', 'person1@partner.example']);
    await ask(2);
    expect(await asked()).toEqual([]);
    await sql`update contacts set asked_at = now() - interval '61 minutes' where asked_at is not null`.execute(
      database,
    );
    await ask(2);
    expect(await asked()).toHaveLength(2);
  });

  test('not where they answered, or their domain was set, before the mail went', async () => {
    await saveContacts([BOB, CLEO]);
    await ask();
    await answer(BOB, 'declined');
    await changing((transaction) =>
      keepDomains(transaction, [
        { publisherId: 'contoso', domains: ['partner.example'], at: new Date().toISOString() },
      ]),
    );
    expect(await send()).toEqual([]);
  });

  test('not for a deletion', async () => {
    await save({ ...connectionWith(connectionId, [BOB]), state: 'deleted' });
    await ask();
    expect(await asked()).toEqual([]);
  });

  test('of each publisher apart', async () => {
    await saveContacts([BOB]);
    const fabrikams = randomUUID();
    await save({ ...connectionWith(fabrikams, [BOB]), publisher: { id: 'fabrikam', name: 'Fabrikam' } });
    const contosos = await database
      .selectFrom('contacts')
      .select('contact_id')
      .where('contacts_of', '=', 'contoso')
      .executeTakeFirstOrThrow();
    const at = new Date().toISOString();
    await changing((transaction) =>
      keepAnswers(transaction, [{ contactId: contosos.contact_id, answer: 'confirmed', at }]),
    );
    await addLead(fabrikams);
    expect(await send()).toEqual([]);
    await addLead();
    expect(await send()).toEqual([{ kind: 'lead-written', to: BOB }]);
  });
});

describe('whatever happens in whatever order', () => {
  const people = [ANN, 'amy@mail.contoso.com', BOB, CLEO];
  const someone = fc.constantFrom(...people);
  const act = fc.oneof(
    fc.record({ act: fc.constant('save' as const), contacts: fc.uniqueArray(someone) }),
    fc.record({
      act: fc.constant('domains' as const),
      domains: fc.subarray(['contoso.com', 'partner.example']),
    }),
    fc.record({
      act: fc.constant('answer' as const),
      who: someone,
      answer: fc.constantFrom('confirmed' as const, 'declined' as const),
    }),
    fc.constant({ act: 'lead' as const }),
    fc.record({ act: fc.constant('letter' as const), who: someone }),
    fc.constant({ act: 'ask' as const }),
    fc.constant({ act: 'end' as const }),
    fc.constant({ act: 'send' as const }),
  );

  test('no mail with customers’ data goes to whom it may not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (acts) => {
        await begin();
        connectionId = randomUUID();
        let version = 0;
        let time = Date.now();
        let domains: string[] = [];
        const answers = new Map<string, 'confirmed' | 'declined'>();
        const may = (who: string): boolean =>
          answers.get(who) !== 'declined' &&
          (answers.get(who) === 'confirmed' || isAtOwnDomain(who, domains));
        for (const each of [...acts, { act: 'send' as const }]) {
          time += 1_000;
          if (each.act === 'save') await saveContacts(each.contacts, ++version);
          if (each.act === 'domains') {
            ({ domains } = each);
            const told = { publisherId: 'contoso', domains, at: new Date(time).toISOString() };
            await changing((transaction) => keepDomains(transaction, [told]));
          }
          if (each.act === 'answer') {
            const known = await database
              .selectFrom('contacts')
              .select('contact_id')
              .where('address', '=', each.who.toLowerCase())
              .executeTakeFirst();
            if (!known) continue;
            answers.set(each.who, each.answer);
            await answer(each.who, each.answer, new Date(time));
          }
          if (each.act === 'lead') await addLead();
          if (each.act === 'letter' && version > 0) {
            const letter = { aboutId: randomUUID(), contact: each.who, offers: [offer()] };
            const said = { told: 'opened' as const, incident: incidentOf([connectionId]) };
            await database
              .transaction()
              .execute((transaction) => addLetters(transaction, said, [letter], HELD_MS));
          }
          if (each.act === 'ask') await ask();
          if (each.act === 'end') await endHeldMails(database);
          await addressMails(database, HELD_MS);
          // What was due already goes out by what was known then; a take-back comes before nothing is due.
          const goes = await send();
          for (const { kind, to } of goes) {
            if (kind === 'contact-request') expect(may(to)).toBe(false);
            else expect({ to, may: may(to) }).toEqual({ to, may: true });
          }
        }
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
