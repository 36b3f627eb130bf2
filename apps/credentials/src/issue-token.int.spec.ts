import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import pg from 'pg';
import { contoso, eventually } from '@leads/testing';
import { startRequester } from './testing/requester.ts';
import { type Running, startForTest } from './testing/running.ts';

let running: Running;

beforeAll(async () => {
  running = await startForTest();
}, 60_000);
afterAll(() => running.close(), 30_000);

async function audit(): Promise<{ who: string; what: string; details: Record<string, string> }[]> {
  const client = new pg.Client({ connectionString: running.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ who: string; what: string; details: Record<string, string> }>(
    'select who, what, details from credentials.audit order by id',
  );
  await client.end();
  return rows;
}

describe('a token for the writer', () => {
  test('opens the organisation, comes sealed, and is asked for once', async () => {
    const { connectionId } = await running.create();
    const before = await running.control.signIns();
    const answers = await Promise.all(Array.from({ length: 10 }, () => running.requester.ask(connectionId)));
    expect(await running.control.signIns()).toBe(before + 1);
    const [first] = answers;
    if (first?.kind !== 'token') throw new Error(JSON.stringify(first));
    expect(first).toMatchObject({ connectionId, secretVersion: 1 });
    expect(decodeJwt(first.accessToken)).toMatchObject({
      aud: contoso.url,
      appid: contoso.applicationId,
      tid: contoso.directoryId,
    });
    expect(Date.parse(first.expiresAt)).toBeGreaterThan(Date.now() + 3_000_000);
    expect(new Set(answers.map((answer) => answer.kind === 'token' && answer.accessToken))).toEqual(
      new Set([first.accessToken]),
    );
  });

  test('is refused with the cause and the remedy where the secret is wrong, and Entra is not asked again at once', async () => {
    const { connectionId } = await running.create({ clientSecret: 'not-the-secret' });
    const before = await running.control.signIns();
    const first = await running.requester.ask(connectionId);
    expect(first).toMatchObject({ kind: 'refused', cause: 'AADSTS7000215', transient: true });
    expect(first).toHaveProperty('remedy', expect.stringContaining('Certificates & secrets'));
    expect(await running.requester.ask(connectionId)).toMatchObject({ cause: 'AADSTS7000215' });
    expect(await running.control.signIns()).toBe(before + 1);
  });

  test('is refused for a connection that there is not', async () => {
    expect(await running.requester.ask(randomUUID())).toMatchObject({
      kind: 'refused',
      cause: 'unknown-connection',
    });
  });

  test('is refused for a while where Entra is throttled, and given again without anybody doing anything', async () => {
    const { connectionId } = await running.create();
    await running.control.changeTenant(contoso.directoryId, { throttledForSeconds: 1 });
    const refused = await running.requester.ask(connectionId);
    await running.control.changeTenant(contoso.directoryId, { throttledForSeconds: null });
    expect(refused).toMatchObject({ kind: 'refused', cause: 'AADSTS90055', transient: true });
  });
});

describe('a request that may not be answered', () => {
  test('leaves an audit line and no answer: replayed, expired, of a stranger, of another name', async () => {
    const { connectionId } = await running.create();
    const { requester } = running;
    const good = await requester.request(connectionId);
    await requester.publish(good.request);
    await eventually(() =>
      expect(requester.answers().some(({ requestId }) => requestId === good.requestId)).toBe(true),
    );

    const now = Math.floor(Date.now() / 1_000);
    const stranger = await startRequester(running.kafka, 'dynamics-writer');
    const unknown = await startRequester(running.kafka, 'somebody');
    const requests = [
      good,
      await requester.request(connectionId, { iat: now - 300, exp: now - 180 }),
      await requester.request(connectionId, { exp: now + 3_600 }),
      await requester.request(connectionId, { iss: 'portal' }),
      await stranger.request(connectionId),
      await unknown.request(connectionId),
    ];
    for (const { request } of requests) await requester.publish(request);
    await requester.publish('not-a-jws');
    await Promise.all([stranger.close(), unknown.close()]);
    await eventually(async () => {
      const refused = (await audit()).filter(({ what }) => what === 'token request refused');
      expect(refused.map(({ who, details }) => `${who}: ${details['why']}`).sort()).toEqual([
        "dynamics-writer: it was signed with another requester's key",
        'dynamics-writer: it was used before',
        'dynamics-writer: it would be good for longer than 300 s',
        'unknown requester: it has expired, or the clock of its service is more than 60 s behind ours',
        'unknown requester: it is not a token request (ERR_JWS_INVALID)',
        'unknown requester: its signature is wrong',
        'unknown requester: no requester is registered for its key',
      ]);
    });
    const metrics = await running.call('GET', '/metrics');
    expect(metrics.text).toContain('credentials_token_requests_total{outcome="turned-away"} 7');
    expect(metrics.text).toMatch(/credentials_entra_requests_total\{result="transient"\} 2\n/);
    // Asked after all of them and answered: what was to come has come.
    await requester.ask(connectionId);
    const asked = new Set(requests.map(({ requestId }) => requestId));
    const answered = requester.answers().filter(({ requestId }) => asked.has(requestId));
    expect(answered.map(({ requestId }) => requestId)).toEqual([good.requestId]);
  }, 30_000);
});
