import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { CONTOSO } from '../seed.ts';
import { startForTest, type Answer, type Running } from '../testing/running.ts';

const { host } = CONTOSO;
const LEADS = '/api/data/v9.2/leads';

let running: Running;
let now = 1_800_000_000_000;
let authorization: string;
beforeAll(async () => {
  running = await startForTest(() => now);
  authorization = `Bearer ${await running.token()}`;
});
afterAll(() => running.close());
afterEach(() => running.control('DELETE', 'faults'));

const fault = (rule: object): Promise<Answer> => running.control('POST', 'faults', { host, ...rule });
const whoAmI = (): Promise<Answer> => running.send('/api/data/v9.2/WhoAmI', { headers: { authorization } });
const create = (lastname: string): Promise<Answer> =>
  running.send(LEADS, { method: 'POST', headers: { authorization }, body: { lastname } });
const count = async (): Promise<unknown> =>
  (await running.control('GET', `organizations/${host}/leads/count`)).body()['count'];

describe('a time to wait', () => {
  const waits = async (): Promise<unknown> =>
    (await running.control('GET', `waits?host=${host}`)).body()['waits'];
  const told = { host, caller: CONTOSO.clientId };
  afterEach(() => running.control('DELETE', 'waits'));

  test.each([
    { kind: 'throttle', retryAfterSeconds: 6, times: 1 },
    { kind: 'intermediary', answer: 'busy-empty', retryAfterSeconds: 6, times: 1 },
  ])('that $kind names is kept count of: who comes back before it is over', async (rule) => {
    await whoAmI();
    expect(await waits()).toEqual([]);
    await fault(rule);
    await whoAmI();
    now += 200;
    await whoAmI();
    expect(await waits()).toEqual([{ ...told, requests: 2, refused: 1, early: 0 }]);
    now += 5_000;
    await whoAmI();
    expect(await waits()).toEqual([{ ...told, requests: 3, refused: 1, early: 1 }]);
    now += 1_000;
    await whoAmI();
    expect(await waits()).toEqual([{ ...told, requests: 4, refused: 1, early: 1 }]);
  });

  test('that the limits name is meant for its caller alone', async () => {
    await running.control('PATCH', `organizations/${host}`, { limits: { requests: 1, windowSeconds: 10 } });
    await whoAmI();
    await whoAmI();
    now += 500;
    await whoAmI();
    await running.send('/api/data/v9.2/WhoAmI');
    expect(await waits()).toEqual([{ ...told, requests: 2, refused: 2, early: 1 }]);
    await running.control('PATCH', `organizations/${host}`, { limits: null });
    now += 60_000;
  });
});

describe('a fault', () => {
  test.each([
    ['requests', '0x80072322'],
    ['execution', '0x80072321'],
    ['concurrency', '0x80072326'],
  ])('throttles with the code of the %s limit', async (limit, code) => {
    await fault({ kind: 'throttle', limit, retryAfterSeconds: 17, times: 1 });
    const answer = await whoAmI();
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '17']);
    expect(answer.body()).toMatchObject({ error: { code } });
  });

  test.each([
    ['JSON', { error: { code: '0x80040216', message: 'x' } }, 'application/json'],
    ['HTML', '<html>x</html>', 'text/html; charset=utf-8'],
    ['nothing', undefined, undefined],
  ])('answers a status with %s', async (_case, body, type) => {
    await fault({ kind: 'status', status: 500, times: 1, ...(body === undefined ? {} : { body }) });
    const answer = await whoAmI();
    expect([answer.status, answer.headers['content-type']]).toEqual([500, type]);
    expect(answer.text).toBe(
      body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    );
  });

  test.each([
    ['sign-in-page', 200, 'text/html; charset=utf-8'],
    ['empty', 200, undefined],
    ['json', 200, 'application/json'],
    ['accepted', 202, undefined],
    ['no-content', 204, undefined],
    ['busy-page', 503, 'text/html; charset=utf-8'],
    ['busy-json', 503, 'application/json'],
    ['busy-empty', 503, undefined],
  ])(
    'has an intermediary answer a create with its %s, and nothing is written',
    async (answer, status, type) => {
      await running.control('DELETE', `organizations/${host}/leads`);
      await fault({ kind: 'intermediary', answer, retryAfterSeconds: 6, times: 1 });
      const { headers, ...answered } = await create('nobody');
      expect([answered.status, headers['content-type'], headers['retry-after']]).toEqual([status, type, '6']);
      expect(headers).not.toHaveProperty('odata-version');
      expect(headers).not.toHaveProperty('odata-entityid');
      expect(await count()).toBe(0);
    },
  );

  test.each([
    ['0x80040225', {}, 403],
    ['0x80040225', { status: 400 }, 400],
    ['0x8004a104', { status: 503 }, 503],
    ['0x80073000', {}, 500],
    ['0x8badf00d', {}, 400],
  ])('has Dataverse refuse with %s once %o', async (code, more, status) => {
    await fault({ kind: 'dataverse', code, ...more, times: 1 });
    const answer = await whoAmI();
    expect([answer.status, answer.body()]).toMatchObject([status, { error: { code } }]);
    expect((await whoAmI()).status).toBe(200);
  });

  test.each([
    ['0x8004418a', 413],
    ['0x80048d19', 400],
  ])('refuses a whole bulk request with %s because of one lead', async (code, status) => {
    await running.control('DELETE', `organizations/${host}/leads`);
    await fault({ kind: 'dataverse', code, match: { body: 'poison' } });
    const createMultiple = (...names: string[]): Promise<Answer> =>
      running.send(`${LEADS}/Microsoft.Dynamics.CRM.CreateMultiple`, {
        method: 'POST',
        headers: { authorization },
        body: {
          Targets: names.map((lastname) => ({ '@odata.type': 'Microsoft.Dynamics.CRM.lead', lastname })),
        },
      });
    expect((await createMultiple('good', 'poison', 'good')).status).toBe(status);
    expect(await count()).toBe(0);
    expect((await createMultiple('good', 'good')).status).toBe(200);
  });

  test('delays the answer, not the other requests', async () => {
    await fault({ kind: 'delay', delayMs: 1000, times: 1 });
    const order: string[] = [];
    await Promise.all([whoAmI().then(() => order.push('slow')), whoAmI().then(() => order.push('quick'))]);
    expect(order).toEqual(['quick', 'slow']);
  });

  test('sends the body slowly, but whole', async () => {
    await fault({ kind: 'slow-body', delayMs: 200, times: 1 });
    const started = performance.now();
    expect((await whoAmI()).body()).toHaveProperty('UserId');
    expect(performance.now() - started).toBeGreaterThan(150);
  });

  test('cuts an answer short after the work is done', async () => {
    await running.control('DELETE', `organizations/${host}/leads`);
    await fault({ kind: 'truncated', times: 2 });
    await expect(whoAmI()).rejects.toThrow();
    await expect(create('cut')).rejects.toThrow();
    expect(await count()).toBe(1);
  });

  test('hits only what it matches', async () => {
    await fault({ kind: 'status', match: { method: 'post', pattern: String.raw`/leads$`, body: 'poison' } });
    expect((await create('poison')).status).toBe(503);
    expect((await create('good')).status).toBe(204);
    expect((await running.send(LEADS, { headers: { authorization } })).status).toBe(200);
    await running.control('DELETE', 'faults?host=other.crm.dynamics.com');
    expect((await create('poison')).status).toBe(503);
    await running.control('DELETE', `faults?host=${host}`);
    expect((await create('poison')).status).toBe(204);
  });

  test('lasts as long as it was meant to, and can be ended before', async () => {
    await fault({ kind: 'status', forMs: 1000 });
    expect((await whoAmI()).status).toBe(503);
    now += 1001;
    expect((await whoAmI()).status).toBe(200);
    const { id } = (await fault({ kind: 'status' })).body();
    expect((await whoAmI()).status).toBe(503);
    expect((await running.control('DELETE', `faults/${String(id)}`)).status).toBe(204);
    expect((await whoAmI()).status).toBe(200);
  });

  test('hits a share of the requests', async () => {
    await fault({ kind: 'status', probability: 0.5 });
    const answers = await Promise.all(Array.from({ length: 200 }, whoAmI));
    const hit = answers.filter((answer) => answer.status === 503).length;
    expect(hit).toBeGreaterThan(50);
    expect(hit).toBeLessThan(150);
  });
});
