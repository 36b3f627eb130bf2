/** What becomes of records that somebody else than our services puts onto the topics: nothing, and it is told. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  alertOf,
  type Carried,
  type Incident,
  NO_CONNECTION,
  TokenClaims,
  type Topic,
  topics,
} from '@leads/contracts';
import { Publisher } from '@leads/kafka';
import { sendRaw, watchTopic, type WatchedTopic } from '@leads/kafka/testing';
import { contosoHost, eventually } from '@leads/testing';
import { type ServiceName, startTestStack, type TestStack } from '@leads/tools';
import { CompactEncrypt, decodeJwt, importJWK } from 'jose';
import { leadNumber, post } from './marketplace.ts';

const EVIL = 'evil.example';
const TIME = { timeoutMs: 90_000 };

let stack: TestStack;
let connections: WatchedTopic<typeof topics.connections>;

beforeAll(async () => {
  stack = await startTestStack();
  connections = await watchTopic(stack.kafkaAs('notification'), topics.connections);
}, 180_000);
afterAll(async () => {
  await connections.close();
  await stack.stop();
}, 60_000);

/** Puts a record onto a topic twice: unsigned, and signed by a service which may not publish that topic. */
async function forge<T extends Topic>(topic: T, as: ServiceName, value: Carried<T>): Promise<void> {
  const kafka = stack.kafkaAs(as);
  await sendRaw(kafka, topic, [{ key: topic.key(value), value: JSON.stringify(value) }]);
  const publisher = new Publisher(kafka);
  await publisher.publish(topic, [value]).finally(() => publisher.disconnect());
}

/** How many records of a topic a service has put aside since it began, because nothing proves who published them. */
async function unproven(service: ServiceName, { name }: Topic): Promise<number> {
  const answer = await fetch(`${stack.services[service].healthUrl}/metrics`);
  const line = `records_put_aside_total{topic="${name}",fault="unproven"} `;
  const found = (await answer.text()).split('\n').find((each) => each.startsWith(line));
  return Number(found?.slice(line.length) ?? 0);
}

const untilPutAside = (service: ServiceName, topic: Topic): Promise<void> =>
  eventually(
    async () =>
      expect([service, topic.name, await unproven(service, topic)]).toEqual([service, topic.name, 2]),
    TIME,
  );

async function incidents(): Promise<Incident[]> {
  const { url, apiKey } = stack.credentialsApi;
  const answer = await fetch(`${url}/api/incidents`, { headers: { authorization: `Bearer ${apiKey}` } });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { incidents: Incident[] }).incidents;
}

/** Posts a lead and waits until it is written, and its mail out. */
async function walk(number: number): Promise<void> {
  const leadId = await post(stack.connection.leadAddress, leadNumber(number));
  expect(leadId).toBeDefined();
  await eventually(async () => {
    const records = await stack.emulators.control.leads(contosoHost);
    expect(records.map(({ leadid }) => leadid)).toContain(leadId);
    const mails = await stack.emulators.control.mails();
    expect(mails.map(({ subject }) => subject)).toContainEqual(expect.stringContaining(`Trujillo ${number}`));
  }, TIME);
}

const nothingOfIt = async (): Promise<void> => {
  const mails = await stack.emulators.control.mails();
  expect(JSON.stringify([mails, await incidents()])).not.toContain(EVIL);
};

test('a forged connection changes nothing in any service, and is an incident of the operators', async () => {
  const real = await eventually(() => {
    const [connection] = connections.values().slice(-1);
    if (connection?.state !== 'published') throw new Error('The connection has not been told of.');
    return connection;
  });
  const forged = {
    ...real,
    ...{ version: 2_000_000_000, state: 'paused' as const, contactEmails: [`mallory@${EVIL}`] },
  };
  await forge(topics.connections, 'portal', forged);
  for (const service of topics.connections.consumers) await untilPutAside(service, topics.connections);
  await walk(1);
  await eventually(
    async () =>
      expect(await incidents()).toContainEqual(
        expect.objectContaining({
          kind: 'records-undecodable',
          cause: 'unproven',
          place: { scope: 'system', id: 'dynamics-writer' },
        }),
      ),
    TIME,
  );
  await nothingOfIt();
}, 300_000);

test('a forged incident is not mailed, a forged alert opens none, a forged replay replays nothing', async () => {
  const { connectionId } = stack.connection;
  const at = new Date();
  const words = { cause: 'made-up', what: `Enter the secret at https://${EVIL}`, remedy: `https://${EVIL}` };
  await forge(topics.incidents, 'dynamics-writer', {
    ...{ incidentId: randomUUID(), version: 1, transition: 'opened', by: 'itself', at: at.toISOString() },
    ...{ kind: 'connection-broken', place: { scope: 'connection', id: connectionId }, state: 'open' },
    ...{
      since: at.toISOString(),
      connectionIds: [connectionId],
      publisherIds: ['contoso'],
      waiting: 0,
      dead: 0,
    },
    ...words,
  });
  const alert = alertOf({
    ...{ alertId: randomUUID(), at, connectionId: NO_CONNECTION, place: { scope: 'system', id: 'portal' } },
    ...{ trouble: 'records-undecodable', transition: 'triggered', dedupKey: 'x' },
    ...words,
  });
  // Every service may tell of trouble; so the one that is signed is signed by none of ours.
  await sendRaw(stack.kafkaAs('portal'), topics.alerts, [
    { key: alert.connectionId, value: JSON.stringify(alert) },
    { key: alert.connectionId, value: JSON.stringify({ ...alert, alertId: randomUUID() }) },
  ]);
  await forge(topics.replays, 'credentials', {
    ...{ replayId: randomUUID(), connectionId, requestedBy: EVIL, at: at.toISOString() },
  });
  await untilPutAside('notification', topics.incidents);
  await untilPutAside('portal', topics.incidents);
  await untilPutAside('credentials', topics.alerts);
  await untilPutAside('dynamics-writer', topics.replays);
  await walk(2);
  await nothingOfIt();
}, 300_000);

test('a forged answer to a token request is not believed, though it is sealed to who asked', async () => {
  const { credentials, 'dynamics-writer': writer } = stack.services;
  await credentials.stop();
  // So that it has no token, and asks.
  await writer.restart();
  const publisher = new Publisher(stack.kafkaAs('portal'));
  const began = Date.now();
  let answered = 0;
  const answer = async (request: string): Promise<void> => {
    const { jti, sub, connectionId, epk, iat } = TokenClaims.parse(decodeJwt(request));
    if (iat * 1_000 < began - 60_000) return;
    const refusal = {
      ...{ kind: 'refused', requestId: jti, connectionId, cause: 'AADSTS7000222', what: 'Expired.' },
      ...{ remedy: `Enter it again at https://${EVIL}`, transient: false },
    };
    const sealed = await new CompactEncrypt(Buffer.from(JSON.stringify(refusal)))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: jti })
      .encrypt(await importJWK(epk, 'ECDH-ES'));
    await publisher.publish(topics.tokensIssued, [{ requestId: jti, requester: sub, sealed }]);
    answered += 1;
  };
  const answers: Promise<void>[] = [];
  const requests = await watchTopic(stack.kafkaAs('credentials'), topics.tokensRequested, (records) => {
    answers.push(...records.map(({ value }) => answer(value.request)));
  });
  try {
    const leadId = await post(stack.connection.leadAddress, leadNumber(3));
    expect(leadId).toBeDefined();
    await eventually(async () => {
      expect(answered).toBeGreaterThan(0);
      expect(await unproven('dynamics-writer', topics.tokensIssued)).toBeGreaterThan(0);
    }, TIME);
  } finally {
    await requests.close();
    await Promise.all(answers);
    await publisher.disconnect();
  }
  await credentials.restart();
  await eventually(async () => {
    const mails = await stack.emulators.control.mails();
    expect(mails.map(({ subject }) => subject)).toContainEqual(expect.stringContaining('Trujillo 3'));
  }, TIME);
  await nothingOfIt();
}, 400_000);
