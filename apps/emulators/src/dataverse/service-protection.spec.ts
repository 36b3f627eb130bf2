import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CONTOSO } from '../seed.ts';
import { startForTest, type Answer, type Running } from '../testing/running.ts';
import { affinityOf, Usage, WebServers, type Limits } from './service-protection.ts';

const limits: Limits = {
  servers: 1,
  windowSeconds: 10,
  requests: 5,
  executionSeconds: 2,
  concurrency: 3,
  dopHint: 4,
  executionMsPerOperation: 0,
  latencyMs: 0,
  latencyMsPerRow: 0,
  enforced: true,
};
const serve = (usage: Usage, now: number, ms = 0): string | undefined => {
  const refused = usage.begin(limits, now);
  if (refused) return `${refused.code} ${refused.headers['retry-after']}`;
  usage.end(now + ms, ms);
  return undefined;
};

describe('the three limits', () => {
  test('requests: refused from the sixth on, free again when the window has moved', () => {
    const usage = new Usage();
    expect([0, 1, 2, 3, 4, 5].map((at) => serve(usage, at))).toEqual([
      ...Array<undefined>(5).fill(undefined),
      '0x80072322 1',
    ]);
    expect(serve(usage, 10_005)).toBeUndefined();
  });

  test('execution time: counted over all requests', () => {
    const usage = new Usage();
    expect(serve(usage, 0, 1500)).toBeUndefined();
    expect(serve(usage, 2000, 600)).toBeUndefined();
    expect(serve(usage, 3000)).toBe('0x80072321 1');
    expect(serve(usage, 11_501)).toBeUndefined();
  });

  test('concurrency: refused at once, free as soon as one ends', () => {
    const usage = new Usage();
    expect([usage.begin(limits, 0), usage.begin(limits, 0), usage.begin(limits, 0)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(usage.begin(limits, 0)).toMatchObject({
      status: 429,
      code: '0x80072326',
      message: 'Number of concurrent requests exceeded the limit of 3.',
    });
    usage.end(1, 1);
    expect(usage.begin(limits, 1)).toBeUndefined();
  });

  test('who goes on while refused waits longer', () => {
    const usage = new Usage();
    for (let n = 0; n < 5; n += 1) serve(usage, 0);
    const waits = Array.from({ length: 12 }, () => Number(serve(usage, 1)?.split(' ')[1]));
    expect(waits[0]).toBe(1);
    expect(waits.at(-1)).toBeGreaterThan(5);
    expect([...waits].sort((one, other) => one - other)).toEqual(waits);
    expect(Math.max(...waits)).toBeLessThanOrEqual(limits.windowSeconds);
  });

  test('never lets more through in any window than it says, and lets all through who keep to it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 80 }), (gaps) => {
        const usage = new Usage();
        const admitted: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          if (serve(usage, now) === undefined) admitted.push(now);
        }
        const tooMany = admitted.some(
          (at) => admitted.filter((other) => other > at - 10_000 && other <= at).length > limits.requests,
        );
        const polite = gaps.every((gap) => gap > 2000);
        return !tooMany && (!polite || admitted.length === gaps.length);
      }),
    );
  });
});

describe('web servers', () => {
  test('take turns, unless the affinity cookie names one', () => {
    const servers = new WebServers();
    const three = { ...limits, servers: 3 };
    const turns = Array.from({ length: 6 }, () => servers.choose(three, '').server);
    expect(new Set(turns)).toEqual(new Set([0, 1, 2]));
    const cookie = `a=b; ARRAffinity=${affinityOf(2)}`;
    expect([servers.choose(three, cookie), servers.choose(three, cookie)]).toEqual([
      { server: 2, sticky: true },
      { server: 2, sticky: true },
    ]);
  });
});

describe('over the wire, scaled down', () => {
  let running: Running;
  let headers: Record<string, string>;
  let now = 1_000_000_000_000;
  beforeAll(async () => {
    running = await startForTest(() => now);
    headers = { authorization: `Bearer ${await running.token()}` };
  });
  afterAll(() => running.close());
  const setLimits = (patch: object): Promise<Answer> =>
    running.control('PATCH', `organizations/${CONTOSO.host}`, { limits: patch });
  const whoAmI = (cookie = ''): Promise<Answer> =>
    running.send('/api/data/v9.2/WhoAmI', { headers: { ...headers, ...(cookie ? { cookie } : {}) } });

  test('429 with code, text and Retry-After; headers tell what is left', async () => {
    await setLimits({ requests: 2, windowSeconds: 20, dopHint: 7 });
    const answers = [await whoAmI(), await whoAmI(), await whoAmI()];
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 429]);
    expect(answers.map((answer) => answer.headers['x-ms-ratelimit-burst-remaining-xrm-requests'])).toEqual([
      '1',
      '0',
      '0',
    ]);
    expect(answers[2]?.headers).toMatchObject({ 'retry-after': '2', 'x-ms-dop-hint': '7' });
    expect(answers[2]?.body()).toEqual({
      error: {
        code: '0x80072322',
        message: 'Number of requests exceeded the limit of 2 over time window of 20 seconds.',
      },
    });
    now += 20_001;
    expect((await whoAmI()).status).toBe(200);
  });

  test('each server has limits of its own: no cookie means more room', async () => {
    await setLimits({ requests: 2, servers: 3 });
    const cookie = `ARRAffinity=${affinityOf(1)}`;
    const sticky = [await whoAmI(cookie), await whoAmI(cookie), await whoAmI(cookie)];
    expect(sticky.map((answer) => answer.status)).toEqual([200, 200, 429]);
    expect(sticky[0]?.headers['set-cookie']).toBeUndefined();
    await setLimits({ requests: 2, servers: 3 });
    const spread = await Promise.all(Array.from({ length: 6 }, () => whoAmI()));
    expect(spread.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 200]);
  });

  test('concurrency counts what is under way', async () => {
    await setLimits({ requests: 6000, servers: 1, concurrency: 2, latencyMs: 1000 });
    const answers = await Promise.all(Array.from({ length: 4 }, () => whoAmI()));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 429, 429]);
    const refused = answers.find((answer) => answer.status === 429);
    expect(refused?.body()).toMatchObject({ error: { code: '0x80072326' } });
  });

  test('execution time grows with the operations of a request', async () => {
    await setLimits({
      requests: 6000,
      latencyMs: 0,
      concurrency: 52,
      executionSeconds: 1,
      executionMsPerOperation: 600,
    });
    expect([(await whoAmI()).status, (await whoAmI()).status, (await whoAmI()).status]).toEqual([
      200, 200, 429,
    ]);
  });

  test('can be switched off', async () => {
    await setLimits({ requests: 1, enforced: false });
    expect([(await whoAmI()).status, (await whoAmI()).status]).toEqual([200, 200]);
  });
});
