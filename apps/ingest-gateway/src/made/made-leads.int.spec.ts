import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type LeadMaking, MadeLead, type MarketplaceLead, type ServiceName } from '@leads/contracts';
import { fetchSigned } from '@leads/service';
import { eventually, testSigning } from '@leads/testing';
import { leadBody, type RunningGateway, startGateway } from '../testing/running-gateway.ts';
import { watchAcceptedLeads, type WatchedLeads } from '../testing/watch-accepted-leads.ts';

let gateway: RunningGateway;
let watched: WatchedLeads;

beforeAll(async () => {
  gateway = await startGateway();
  watched = await watchAcceptedLeads(gateway.kafka);
}, 60_000);
afterAll(async () => {
  await watched?.close();
  await gateway?.end();
}, 30_000);

function ask(making: unknown, as: ServiceName = 'portal'): Promise<Response> {
  return fetchSigned(
    { method: 'POST', path: '/api/made-leads', body: making, timeoutMs: 15_000 },
    { url: gateway.process.url, to: 'ingest-gateway', key: testSigning(as).key, now: Date.now },
  );
}

const make = async (making: LeadMaking): Promise<MadeLead> =>
  MadeLead.parse(await (await ask(making)).json());

/** A lead that came twice, and what the portal asks for to have the second made. */
async function repeated(): Promise<LeadMaking> {
  const connectionId = randomUUID();
  const key = await gateway.addConnection({ connection_id: connectionId });
  const body = leadBody();
  const { leadId } = (await gateway.post(key, body)).answer as { leadId: string };
  expect((await gateway.post(key, body)).answer).toMatchObject({ leadId, duplicate: true });
  await eventually(() => expect(watched.repeatsOf(leadId)).toHaveLength(1));
  const [first] = watched.withId(leadId);
  const at = watched.repeatsOf(leadId)[0]?.at ?? '';
  const lead = first?.lead as MarketplaceLead;
  return {
    by: 'ana@contoso.example',
    from: 'repeat',
    leadId,
    at,
    connectionId,
    isTest: false,
    lead,
    original: body,
  };
}

test('a repeat becomes one lead of the same content, though two people and a second click ask for it', async () => {
  const making = await repeated();
  const answers = await Promise.all(
    ['a', 'b', 'a', 'c'].map((by) => make({ ...making, by: `${by}@contoso.example` })),
  );
  expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
  const [leadId, ...others] = new Set(answers.map((answer) => answer.leadId));
  expect(others).toEqual([]);
  expect(leadId).not.toBe(making.leadId);
  await eventually(() => expect(watched.withId(leadId)).toHaveLength(1));
  const { lead, original, at, connectionId } = making;
  expect(watched.withId(leadId)[0]).toMatchObject({
    ...{ lead, original, connectionId, receivedAt: at },
    made: { from: 'repeat', id: making.leadId, repeatAt: at },
  });
  expect(await make(making)).toEqual({ leadId, isNew: false });
  expect(watched.repeatsOf(making.leadId)).toHaveLength(1);
});

test('each repeat may be a wish of its own', async () => {
  const making = await repeated();
  const other = { ...making, at: new Date(Date.parse(making.at) + 1).toISOString() };
  const [one, two] = [await make(making), await make(other)];
  expect([one.isNew, two.isNew]).toEqual([true, true]);
  expect(one.leadId).not.toBe(two.leadId);
});

test('a lead that ended with its connection goes to one other, the first that was asked for', async () => {
  const making = { ...(await repeated()), from: 'deleted-connection' } as const;
  const other = randomUUID();
  await gateway.addConnection({ connection_id: other });
  const { leadId, isNew } = await make({ ...making, connectionId: other });
  expect(isNew).toBe(true);
  expect(await make(making)).toEqual({ leadId, isNew: false });
  await eventually(() => expect(watched.withId(leadId)).toHaveLength(1));
  const [event] = watched.withId(leadId);
  expect(event).toMatchObject({
    connectionId: other,
    made: { from: 'deleted-connection', id: making.leadId },
  });
});

test('is not made where its connection is deleted or not known, and can be made elsewhere then', async () => {
  const making = await repeated();
  const deleted = randomUUID();
  await gateway.addConnection({ connection_id: deleted, state: 'deleted' });
  for (const connectionId of [deleted, randomUUID()]) {
    const answer = await ask({ ...making, connectionId });
    expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining('No lead was made')]);
  }
  expect(await make(making)).toMatchObject({ isNew: true });
});

test('is made for the portal alone', async () => {
  const making = await repeated();
  expect((await ask(making, 'dynamics-writer')).status).toBe(401);
  const unsigned = await fetch(`${gateway.process.url}/api/made-leads`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(making),
  });
  expect(unsigned.status).toBe(401);
  expect(await make(making)).toMatchObject({ isNew: true });
});
