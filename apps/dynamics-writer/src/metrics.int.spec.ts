import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { register } from 'prom-client';
import { CountedOutbound } from './metrics.ts';
import { type Emulators, type Organization, startEmulators } from './testing/emulators.ts';

let emulators: Emulators;
let organization: Organization;
let http: CountedOutbound;

beforeAll(async () => {
  emulators = await startEmulators();
  organization = await emulators.organization();
  http = new CountedOutbound('one', {
    resolver: emulators.url,
    connections: 2,
    timeoutMs: 5_000,
    maxBodyBytes: 100_000,
  });
});
afterAll(async () => {
  await http.close();
  await emulators.close();
});

async function metric(name: string): Promise<number | undefined> {
  const { values = [] } = (await register.getSingleMetric(name)?.get()) ?? {};
  return values[0]?.value;
}

function ask(): Promise<unknown> {
  const { organization: origin, accessToken } = organization;
  return http.send({
    url: `${origin}/api/data/v9.2/WhoAmI`,
    method: 'GET',
    headers: { authorization: `Bearer ${accessToken}` },
  });
}

describe('requests to an organisation', () => {
  test('are in flight until they are answered, or lost', async () => {
    const { host } = organization;
    const asking = [ask(), ask()];
    expect(await metric('writer_requests_in_flight')).toBe(2);
    await Promise.all(asking);
    expect(await metric('writer_requests_in_flight')).toBe(0);
    await emulators.control('POST', 'faults', { host, kind: 'reset-before-commit', times: 1 });
    await expect(ask()).rejects.toThrow();
    expect(await metric('writer_requests_in_flight')).toBe(0);
  });

  test('that are answered 429 are counted, others are not', async () => {
    await ask();
    expect(await metric('writer_throttled_total')).toBeUndefined();
    const { host } = organization;
    await emulators.control('POST', 'faults', { host, kind: 'throttle', limit: 'requests', times: 2 });
    await Promise.all([ask(), ask(), ask()]);
    expect(await metric('writer_throttled_total')).toBe(2);
  });

  test('that are answered 429 in some of their rows only are counted once each', async () => {
    const { host } = organization;
    const answered = (...statuses: number[]): string =>
      [
        ...statuses.map(
          (status) => `--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 ${status} \r\n\r\n`,
        ),
        '--b--\r\n',
      ].join('\r\n');
    const before = (await metric('writer_throttled_total')) ?? 0;
    const headers = { 'content-type': 'multipart/mixed; boundary=b' };
    for (const body of [answered(204, 429, 429), answered(204, 204)]) {
      await emulators.control('POST', 'faults', {
        host,
        kind: 'status',
        status: 200,
        headers,
        body,
        times: 1,
      });
      await ask();
    }
    expect(await metric('writer_throttled_total')).toBe(before + 1);
  });
});
