import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { topics } from '@leads/contracts';
import { contoso } from '@leads/testing';
import { type Answer, type Running, startForTest } from '../testing/running.ts';

let running: Running;

beforeAll(async () => {
  running = await startForTest();
}, 60_000);
afterAll(() => running.close(), 30_000);

const { clientSecret, ...withoutSecret } = contoso;
const at = (connectionId: string, rest = ''): string => `/api/connections/${connectionId}${rest}`;

function change(connectionId: string, version: number, changes: Record<string, unknown>): Promise<Answer> {
  const body = { ...withoutSecret, ...changes };
  return running.call('PUT', at(connectionId), body, { 'if-match': `"${version}"`, 'x-actor': 'anna' });
}

async function secretsOf(connectionId: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: running.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ secret: string }>(
    `select purpose || ' ' || version as secret from credentials.secrets where connection_id = $1 order by 1`,
    [connectionId],
  );
  await client.end();
  return rows.map(({ secret }) => secret);
}

describe('changing a connection', () => {
  test('of two people who save at once one wins, and the other is told and loses nothing', async () => {
    const { connectionId } = await running.create();
    const answers = await Promise.all(
      ['anna@contoso.example', 'bert@contoso.example'].map((contactEmails) =>
        change(connectionId, 1, { contactEmails }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const [won] = answers.filter(({ status }) => status === 200);
    const [lost] = answers.filter(({ status }) => status === 412);
    expect((await running.call('GET', at(connectionId))).body).toEqual(won?.body);
    expect(lost?.headers.get('etag')).toBe('"2"');
    expect(lost?.body['detail']).toContain('Nothing of yours was saved');
  });

  test('needs to know which version was changed', async () => {
    const { connectionId } = await running.create();
    expect((await running.call('PUT', at(connectionId), withoutSecret)).status).toBe(428);
    expect((await running.call('DELETE', at(connectionId))).status).toBe(428);
    const foreign = await running.call('PUT', at(connectionId), withoutSecret, { 'if-match': '"abc"' });
    expect(foreign.status).toBe(412);
    expect((await running.call('GET', at(connectionId))).body['version']).toBe(1);
  });

  test('to another application without its secret is refused, with it the old secret is gone', async () => {
    const { connectionId } = await running.create();
    const applicationId = '11111111-aaaa-4bbb-8662-1234df56788f';
    const refused = await change(connectionId, 1, { applicationId });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/clientSecret' }] } });
    const changed = await change(connectionId, 1, { applicationId, clientSecret: 'another' });
    expect(changed).toMatchObject({ status: 200, body: { version: 2, applicationId } });
    expect(await secretsOf(connectionId)).toEqual(['address-key 1', 'client-secret 2']);
  });

  test('every version can be looked at and its details brought back, without its state and address', async () => {
    const { connectionId } = await running.create();
    await running.call('POST', at(connectionId, '/publish'));
    await change(connectionId, 2, {
      contactEmails: 'other@contoso.example',
      url: 'https://b.crm.dynamics.com',
    });
    await running.call('POST', at(connectionId, '/rotate-address-key'));
    const before = await running.call('GET', at(connectionId));
    const { versions } = (await running.call('GET', at(connectionId, '/versions'))).body;
    expect(versions).toMatchObject([
      { version: 4, change: 'address key rotated' },
      { version: 3, change: 'connection changed', changedBy: 'anna' },
      { version: 2, change: 'connection published' },
      { version: 1, change: 'connection created', url: contoso.url },
    ]);
    expect((await running.call('GET', at(connectionId, '/versions/1'))).body['state']).toBe('draft');
    const restored = await running.call('POST', at(connectionId, '/versions/1/restore'), undefined, {
      'if-match': '"4"',
    });
    expect(restored.body).toMatchObject({
      version: 5,
      url: contoso.url,
      contactEmails: contoso.contactEmails,
      state: 'published',
      leadAddress: before.body['leadAddress'],
    });
    expect((await running.call('GET', at(connectionId, '/versions/9'))).status).toBe(404);
  });

  test('a replaced lead address works for as many days as are asked for, seven unless told, and can be ended before', async () => {
    const { connectionId } = await running.create();
    const rotate = (body?: object): Promise<Answer> =>
      running.call('POST', at(connectionId, '/rotate-address-key'), body);
    const daysOf = ({ body }: Answer): number[] =>
      (body['earlierAddresses'] as { until: string }[]).map(({ until }) =>
        Math.round((Date.parse(until) - Date.now()) / 86_400_000),
      );
    for (const overlapDays of [-1, 31, 1.5, '7']) expect((await rotate({ overlapDays })).status).toBe(422);
    expect(daysOf(await rotate())).toEqual([7]);
    const rotated = await rotate({ overlapDays: 2 });
    expect(daysOf(rotated)).toEqual([2, 7]);
    expect(rotated.text).not.toMatch(/[0-9a-f]{64}/);
    const ended = await running.call('POST', at(connectionId, '/end-earlier-addresses'));
    expect(ended).toMatchObject({ status: 200, body: { version: 4 } });
    expect(ended.body).not.toHaveProperty('earlierAddresses');
    expect(ended.body['leadAddress']).toBe(rotated.body['leadAddress']);
  });

  test('bringing back another application needs its secret again, for it was erased', async () => {
    const { connectionId } = await running.create();
    await change(connectionId, 1, {
      applicationId: '11111111-aaaa-4bbb-8662-1234df56788f',
      clientSecret: 'another',
    });
    const restore = (body?: unknown): Promise<Answer> =>
      running.call('POST', at(connectionId, '/versions/1/restore'), body, { 'if-match': '"2"' });
    expect(await restore()).toMatchObject({ status: 422, body: { errors: [{ pointer: '/clientSecret' }] } });
    expect(await restore({ clientSecret })).toMatchObject({ status: 200, body: { version: 3 } });
    expect(await running.requester.ask(connectionId)).toMatchObject({ kind: 'token', secretVersion: 3 });
  });
});

test('who did what can be read, and goes on being kept when the connection is gone', async () => {
  const { connectionId } = await running.create();
  await change(connectionId, 1, { contactEmails: 'other@contoso.example' });
  await running.call('DELETE', at(connectionId), undefined, { 'if-match': '"2"', 'x-actor': 'bert' });
  const { status, body } = await running.call('GET', at(connectionId, '/audit'));
  expect(status).toBe(200);
  expect(body['audit']).toMatchObject([
    { who: 'bert', what: 'connection deleted', details: { version: 3 } },
    { who: 'anna', what: 'connection changed', details: { version: 2 } },
    { who: 'API', what: 'connection created', details: { version: 1 } },
  ]);
  const client = new pg.Client({ connectionString: running.databaseUrl });
  await client.connect();
  await expect(client.query('delete from credentials.audit')).rejects.toThrow('append-only');
  await client.end();
});

test('the document of the API is served', async () => {
  const { status, body } = await running.call('GET', '/api/openapi.json', undefined, { authorization: '' });
  expect(status).toBe(200);
  expect(body['openapi']).toBe('3.1.0');
});

describe('a secret that was replaced', () => {
  test('ends the tokens got with it at once, and a wrong one can be mended', async () => {
    const { connectionId } = await running.create();
    const first = await running.requester.ask(connectionId);
    const replace = (body: unknown): Promise<Answer> =>
      running.call('PUT', at(connectionId, '/secret'), body);
    expect(await replace({ clientSecret: 'wrong' })).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await running.requester.ask(connectionId)).toMatchObject({ cause: 'AADSTS7000215' });
    expect(await replace({ clientSecret, clientSecretExpiresOn: '2099-01-01' })).toMatchObject({
      body: { secret: { kind: 'client-secret', expiresOn: '2099-01-01' } },
    });
    const mended = await running.requester.ask(connectionId);
    expect(mended).toMatchObject({ kind: 'token', secretVersion: 3 });
    expect(mended).not.toHaveProperty('accessToken', first.kind === 'token' ? first.accessToken : '');
  });

  test('names the other offers of the publisher that sign in as the same application, for they need it too', async () => {
    const applicationId = '5a5a5a5a-aaaa-4bbb-8662-1234df56788f';
    const { publisher } = contoso;
    const offer = (title: string): object => ({ offer: { id: title.toLowerCase(), title } });
    const one = await running.create({ ...offer('One'), applicationId });
    const two = await running.create({ ...offer('Two'), applicationId: applicationId.toUpperCase() });
    await running.create({ ...offer('Another application') });
    const stranger = { publisher: { ...publisher, id: 'stranger' }, applicationId };
    await running.create({ ...offer('Of a stranger'), ...stranger });
    const { body } = await running.call('PUT', at(one.connectionId, '/secret'), { clientSecret: 'new' });
    expect(body['sameApplication']).toEqual([
      { connectionId: two.connectionId, offer: { id: 'two', title: 'Two' } },
    ]);
    await running.call('DELETE', at(two.connectionId), undefined, { 'if-match': '"1"' });
    const alone = await running.call('GET', at(one.connectionId));
    expect(alone.body).not.toHaveProperty('sameApplication');
  });

  test('has to be one, and of the kind that the authentication has', async () => {
    const { connectionId } = await running.create();
    for (const [body, pointer] of [
      [undefined, '/clientSecret'],
      [{ clientSecret: '' }, '/clientSecret'],
      [{ password: 'x' }, '/password'],
      [{ clientSecret: 'a', certificate: 'b' }, '/certificate'],
    ] as const) {
      const answer = await running.call('PUT', at(connectionId, '/secret'), body);
      expect(answer.status).toBe(422);
      expect((answer.body['errors'] as { pointer: string }[]).map((error) => error.pointer)).toContain(
        pointer,
      );
    }
  });

  test('a private key without its certificate is none', async () => {
    const { connectionId } = await running.create();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const certificate = privateKey.export({ type: 'pkcs8', format: 'pem' });
    expect(await running.call('PUT', at(connectionId, '/secret'), { certificate })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/certificate', detail: expect.stringContaining('no certificate') }] },
    });
  });
});

describe('a deleted connection', () => {
  test('keeps no secret, answers no more, gets no token, and stays as a tombstone on connections.v1', async () => {
    const { connectionId } = await running.create();
    await running.requester.ask(connectionId);
    const deleted = await running.call('DELETE', at(connectionId), undefined, { 'if-match': '"1"' });
    expect(deleted).toMatchObject({ status: 204, text: '' });
    expect(await secretsOf(connectionId)).toEqual([]);
    expect((await running.call('GET', at(connectionId))).status).toBe(404);
    expect((await running.call('POST', at(connectionId, '/publish'))).status).toBe(404);
    expect(await running.requester.ask(connectionId)).toMatchObject({ cause: 'unknown-connection' });
    const events = await running.published(
      topics.connections,
      ({ value }) => value.connectionId === connectionId && value.state === 'deleted',
      1,
    );
    expect(events).toMatchObject([{ version: 2 }]);
  });
});
