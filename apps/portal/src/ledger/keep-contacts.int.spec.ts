import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ContactChanged } from '@leads/contracts';
import { readOffers } from '../offers/read-offers.ts';
import { connection, keepHouse, received, startLedger, type TestLedger } from '../testing/ledger-events.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await startLedger();
}, 60_000);
afterAll(() => ledger.end());

const SINCE = '2026-11-22T20:00:00.000Z';
const ANN: ContactChanged = {
  ...{ contactId: randomUUID(), version: 1, publisherId: 'contoso' },
  ...{ address: 'ann@partner.example', state: 'waiting', since: SINCE, askedAt: '2026-11-22T20:00:05.250Z' },
};

const tell = (...told: ContactChanged[]) =>
  ledger.keepLedger.contactsChanged(told.map((value) => received(value)));

test('an offer shows how its contacts stand, by the newest word, and only its publisher’s', async () => {
  const facts = connection({
    contactEmails: ['Ann@partner.example', 'new@partner.example', 'sales@contoso.com'],
  });
  await ledger.keepLedger.connectionsChanged([received(facts)]);
  const contacts = async () => {
    const [offer] = await readOffers(ledger.database, 'everybody', new Date(), facts.connectionId);
    return offer?.contacts;
  };
  expect(await contacts()).toBeUndefined();
  const sales: ContactChanged = {
    ...{ contactId: randomUUID(), version: 1, publisherId: 'contoso' },
    ...{ address: 'sales@contoso.com', state: 'own-domain', since: SINCE },
  };
  await tell(ANN, sales, {
    ...ANN,
    ...{ contactId: randomUUID(), publisherId: 'fabrikam', address: 'new@partner.example' },
  });
  const own = { address: 'sales@contoso.com', state: 'own-domain', since: SINCE };
  expect(await contacts()).toEqual([
    { address: 'Ann@partner.example', state: 'waiting', since: SINCE, askedAt: ANN.askedAt },
    own,
  ]);
  await tell({ ...ANN, version: 3, state: 'confirmed' }, { ...ANN, version: 2, state: 'declined' });
  await tell({ ...ANN, version: 2, state: 'declined' });
  expect(await contacts()).toEqual([
    { address: 'Ann@partner.example', state: 'confirmed', since: SINCE, askedAt: ANN.askedAt },
    own,
  ]);
  const events = await ledger.database
    .selectFrom('changes')
    .select('data')
    .where('event', '=', 'offer')
    .execute();
  expect(events.map(({ data }) => data)).toContainEqual({ connectionId: facts.connectionId });
});

test('a lead’s mail says for whom it waits, and what became of it then', async () => {
  const leadId = randomUUID();
  const mail = { leadId, connectionId: randomUUID(), isTest: false };
  await ledger.keepLedger.leadsMailed([
    received({ ...mail, at: SINCE, recipients: [], waiting: ['ann@partner.example'] }),
    received({
      ...mail,
      at: '2026-11-22T21:00:00.000Z',
      recipients: [{ address: 'ann@partner.example', result: 'sent' as const }],
    }),
  ]);
  const entries = await ledger.database
    .selectFrom('timeline')
    .select('data')
    .where('lead_id', '=', leadId)
    .orderBy('at')
    .execute();
  expect(entries.map(({ data }) => data)).toEqual([
    { recipients: [], waiting: ['ann@partner.example'] },
    { recipients: [{ address: 'ann@partner.example', result: 'sent' }] },
  ]);
});

test('mails to several contacts of a lead that settle at one moment are one entry, however often they are told', async () => {
  const leadId = randomUUID();
  const recipients = ['ann', 'bob', 'cleo'].map((name) => ({
    ...{ address: `${name}@partner.example`, result: 'sent' as const },
  }));
  const told = recipients.map((recipient) =>
    received({
      ...{ leadId, connectionId: randomUUID(), isTest: false, at: SINCE, recipients: [recipient] },
    }),
  );
  await ledger.keepLedger.leadsMailed(told.slice(0, 2));
  await ledger.keepLedger.leadsMailed(told.slice(1));
  await ledger.keepLedger.leadsMailed(told);
  const entries = await ledger.database
    .selectFrom('timeline')
    .select('data')
    .where('lead_id', '=', leadId)
    .execute();
  expect(entries.map(({ data }) => data)).toEqual([{ recipients }]);
});

test('a contact that no list has goes once it is old', async () => {
  const now = new Date('2028-01-01T00:00:00.000Z');
  const listed = connection({ contactEmails: ['kept@partner.example'] });
  await ledger.keepLedger.connectionsChanged([received(listed)]);
  const contact = (address: string): ContactChanged => ({ ...ANN, contactId: randomUUID(), address });
  await tell(contact('kept@partner.example'), contact('gone@partner.example'));
  expect(await keepHouse(ledger.database, now)).toMatchObject({ contacts: expect.any(Number) });
  const rows = await ledger.database.selectFrom('contacts').select('address').execute();
  const left = rows.map(({ address }) => address);
  expect(left).toContain('kept@partner.example');
  expect(left).not.toContain('gone@partner.example');
});
