import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { topics } from '@leads/contracts';
import { watchTopic, type WatchedTopic } from '@leads/kafka/testing';
import { signContactLink } from '@leads/service';
import { type Browser, directories, eventually, people, testSigning } from '@leads/testing';
import { ANSWERS_PER_HOUR } from './answer-rates.ts';
import { type RunningPortal, startPortal } from '../testing/running-portal.ts';

let portal: RunningPortal;
let operator: Browser;
let domains: WatchedTopic<typeof topics.publishers>;
let answers: WatchedTopic<typeof topics.contactsAnswered>;

beforeAll(async () => {
  portal = await startPortal();
  operator = await portal.signedIn(people.operator);
  domains = await watchTopic(portal.kafka, topics.publishers);
  answers = await watchTopic(portal.kafka, topics.contactsAnswered);
}, 180_000);
afterAll(async () => {
  await domains?.close();
  await answers?.close();
  await portal.close();
});

const tokenOf = (contactId: string, now = Date.now()) =>
  signContactLink(
    { contactId, publisher: { id: 'contoso', name: 'Contoso' }, address: 'ann@partner.example' },
    { key: testSigning('notification').key, now },
  );

test('a publisher’s domains are proposed by who asks, set by the operator who approves, and told', async () => {
  const owner = await portal.signedIn(people.newOwner);
  expect(
    (await owner.ask('POST', '/api/publisher', { body: { id: 'fabrikam', name: 'Fabrikam' } })).status,
  ).toBe(202);
  const { body } = await operator.ask('GET', '/api/publisher-requests');
  expect(body['requests']).toMatchObject([{ proposedDomains: ['fabrikam.onmicrosoft.com'] }]);
  const path = `/api/publisher-requests/${directories.fabrikam}/approve`;
  const approval = { id: 'fabrikam', name: 'Fabrikam' };
  const refused = await operator.ask('POST', path, { body: { ...approval, domains: ['gmail.com', 'x'] } });
  expect(refused).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/domains/0' }, { pointer: '/domains/1' }] },
  });
  const approved = await operator.ask('POST', path, { body: { ...approval, domains: ['Bücher.example'] } });
  expect(approved.status).toBe(200);
  await eventually(() =>
    expect(domains.values()).toMatchObject([{ publisherId: 'fabrikam', domains: ['xn--bcher-kva.example'] }]),
  );

  const changed = await operator.ask('PUT', '/api/publishers/fabrikam/domains', {
    body: { domains: ['fabrikam.example', 'FABRIKAM.example.'] },
  });
  expect(changed.body).toEqual({ id: 'fabrikam', name: 'Fabrikam', domains: ['fabrikam.example'] });
  expect((await operator.ask('GET', '/api/publishers')).body).toEqual({ publishers: [changed.body] });
  await eventually(() => expect(domains.values().at(-1)?.domains).toEqual(['fabrikam.example']));
  const none = await operator.ask('PUT', '/api/publishers/nobody/domains', { body: { domains: [] } });
  expect(none.status).toBe(404);
  const audit = (await owner.ask('GET', '/api/audit')).body['entries'];
  expect(audit).toContainEqual(
    expect.objectContaining({
      ...{ who: people.operator, what: 'changed the mail domains', target: 'fabrikam' },
      domains: ['fabrikam.example'],
    }),
  );
});

test('reading a link changes nothing; its answer is told, without the address, however often it is given', async () => {
  const nobody = portal.browser();
  const contactId = randomUUID();
  const token = await tokenOf(contactId);
  const read = await nobody.ask('POST', '/api/contact-confirmation/read', { body: { token } });
  expect(read).toMatchObject({
    status: 200,
    body: { address: 'ann@partner.example', publisher: 'Contoso', expiresAt: expect.any(String) },
  });
  for (const answer of ['declined', 'confirmed']) {
    const body = { token, answer };
    expect((await nobody.ask('POST', '/api/contact-confirmation', { body })).status).toBe(204);
  }
  await eventually(() =>
    expect(answers.values()).toEqual([
      { contactId, answer: 'declined', at: expect.any(String) },
      { contactId, answer: 'confirmed', at: expect.any(String) },
    ]),
  );
  await portal.database
    .insertInto('contacts')
    .values({
      ...{ contact_id: contactId, version: 1, publisher_id: 'contoso', address: 'ann@partner.example' },
      ...{ state: 'confirmed', since: new Date(), asked_at: null },
    })
    .execute();
  const again = { token, answer: 'confirmed' };
  expect((await nobody.ask('POST', '/api/contact-confirmation', { body: again })).status).toBe(204);
  const outbox = portal.database.selectFrom('outbox').selectAll();
  expect(await outbox.execute()).toEqual([]);
  expect(answers.values()).toHaveLength(2);
});

test('who answers by a link without end is told to wait, and another contact may answer', async () => {
  const nobody = portal.browser();
  const answerBy = async (token: string, turn: number) => {
    const body = { token, answer: turn % 2 === 0 ? 'declined' : 'confirmed' };
    return nobody.ask('POST', '/api/contact-confirmation', { body });
  };
  const token = await tokenOf(randomUUID());
  for (let turn = 0; turn < ANSWERS_PER_HOUR; turn += 1)
    expect((await answerBy(token, turn)).status).toBe(204);
  expect(await answerBy(token, 1)).toMatchObject({
    status: 429,
    body: { detail: expect.stringContaining('this one changed nothing') },
  });
  expect((await answerBy(await tokenOf(randomUUID()), 0)).status).toBe(204);
  const outbox = portal.database.selectFrom('outbox').selectAll();
  await eventually(async () => expect(await outbox.execute()).toEqual([]));
});

test('a link that is too old, or not as it was sent, is answered in words and changes nothing', async () => {
  const nobody = portal.browser();
  const before = answers.values().length;
  const old = await tokenOf(randomUUID(), Date.now() - 15 * 86_400_000);
  for (const path of ['/api/contact-confirmation', '/api/contact-confirmation/read']) {
    const more = path.endsWith('read') ? {} : { answer: 'confirmed' };
    expect(await nobody.ask('POST', path, { body: { token: old, ...more } })).toMatchObject({
      status: 410,
      body: { detail: expect.stringContaining('Nothing was changed') },
    });
    expect(await nobody.ask('POST', path, { body: { token: `${old}x`, ...more } })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('Nothing was changed') },
    });
  }
  expect(await portal.database.selectFrom('outbox').selectAll().execute()).toEqual([]);
  expect(answers.values()).toHaveLength(before);
});
