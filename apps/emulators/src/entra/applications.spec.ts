/** What changes about one application in its directory: secrets that replicate, refusals that are mended there. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { CONTOSO } from '../seed.ts';
import { APPLICATION, startForTest, type Answer, type Running } from '../testing/running.ts';

const { tenantId, clientId, clientSecret } = CONTOSO;
const application = `tenants/${tenantId}/apps/${clientId}`;

let running: Running;
let now = Date.parse('2026-11-22T12:00:00Z');
beforeAll(async () => {
  running = await startForTest(() => now);
});
afterAll(() => running.close());
beforeEach(() => patch({ secrets: [{ value: clientSecret }], refusedWith: null }));

const patch = (changes: object): Promise<Answer> => running.control('PATCH', application, changes);
const refusal = async (): Promise<unknown> =>
  (await running.askToken(APPLICATION)).body()['error_codes'] ?? 'a token';
const whoAmI = async (token: string): Promise<number> =>
  (await running.send('/api/data/v9.2/WhoAmI', { headers: { authorization: `Bearer ${token}` } })).status;

test('a new secret is unknown for the seconds that it replicates', async () => {
  const usableFrom = new Date(now + 12_000).toISOString();
  await patch({ secrets: [{ value: clientSecret, usableFrom }] });
  expect(await refusal()).toEqual([7000215]);
  now += 12_000;
  expect(await refusal()).toBe('a token');
});

test.each([700016, 90002, 50076, 65001, 500011, 7000112, 50057, 500014, 5000224, 7000229, 1000502, 7999999])(
  'AADSTS%i is answered until it is mended in the directory',
  async (number) => {
    expect((await patch({ refusedWith: number })).body()).toMatchObject({ refusedWith: number });
    expect(await refusal()).toEqual([number]);
    await patch({ refusedWith: null });
    expect(await refusal()).toBe('a token');
  },
);

test('a busy Entra ID is well again after so many answers', async () => {
  await running.control('POST', 'faults', { host: 'login.microsoftonline.com', kind: 'status', times: 2 });
  const statuses = [];
  for (let n = 0; n < 3; n += 1) statuses.push((await running.askToken(APPLICATION)).status);
  expect(statuses).toEqual([503, 503, 200]);
});

test('tokens that are revoked are refused, those given after it are not', async () => {
  const [before, ofAnother] = [await running.token(), await running.token()];
  const other = '31313131-aaaa-4bbb-8662-1234df56788f';
  await running.control('POST', `tenants/${tenantId}/revoke`, { clientId: other });
  expect(await whoAmI(before)).toBe(200);
  await running.control('POST', `tenants/${tenantId}/revoke`, { clientId });
  expect([await whoAmI(before), await whoAmI(ofAnother)]).toEqual([401, 401]);
  const after = await running.token();
  expect(await whoAmI(after)).toBe(200);
  await running.control('POST', `tenants/${tenantId}/revoke`);
  expect(await whoAmI(after)).toBe(401);
  expect(await running.control('PATCH', `tenants/${tenantId}/apps/${other}`, {})).toMatchObject({
    status: 404,
  });
});
