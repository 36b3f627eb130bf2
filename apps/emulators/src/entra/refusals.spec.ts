import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONTOSO } from '../seed.ts';
import { KNOWN_NUMBERS } from './aadsts.ts';
import { APPLICATION, startForTest, type Running } from '../testing/running.ts';

const LOGIN = 'login.microsoftonline.com';
const { tenantId, clientId, clientSecret, productClientId, host, serviceAccount, password } = CONTOSO;
const OTHER = '99999999-8af1-4a5f-8234-12234d01db47';
const APP = '11111111-aaaa-4bbb-8662-1234df56788f';

let running: Running;
beforeAll(async () => {
  running = await startForTest(() => Date.parse('2026-11-22T12:00:00Z'));
});
afterAll(() => running.close());

const ask: Running['askToken'] = (...given) => running.askToken(...given);
const credentials = APPLICATION;
const byPassword = {
  grant_type: 'password',
  client_id: productClientId,
  username: serviceAccount,
  password,
  scope: `https://${host}/user_impersonation openid offline_access`,
};

describe('refusals', () => {
  test.each([
    ['a wrong secret', { ...credentials, client_secret: 'wrong' }, tenantId, 401, 'invalid_client', 7000215],
    ['no secret at all', { ...credentials, client_secret: '' }, tenantId, 401, 'invalid_client', 7000216],
    ['an unknown tenant', credentials, '00000000-8af1-4a5f-8234-12234d01db47', 400, 'invalid_request', 90002],
    ['a tenant that cannot be', credentials, 'not-a-tenant', 400, 'invalid_request', 900023],
    [
      'an unknown application',
      { ...credentials, client_id: OTHER },
      tenantId,
      400,
      'unauthorized_client',
      700016,
    ],
    [
      'a foreign organization',
      { ...credentials, scope: 'https://fabrikam.crm.dynamics.com/.default' },
      tenantId,
      400,
      'invalid_resource',
      500011,
    ],
    [
      'a scope without .default',
      { ...credentials, scope: `https://${host}` },
      tenantId,
      400,
      'invalid_scope',
      1002012,
    ],
    [
      'another grant',
      { ...credentials, grant_type: 'device' },
      tenantId,
      400,
      'unsupported_grant_type',
      70003,
    ],
    ['no grant', { client_id: clientId }, tenantId, 400, 'invalid_request', 900144],
    ['a wrong password', { ...byPassword, password: 'wrong' }, tenantId, 400, 'invalid_grant', 50126],
    [
      'an unknown user',
      { ...byPassword, username: 'nobody@contoso.onmicrosoft.com' },
      tenantId,
      400,
      'invalid_grant',
      50034,
    ],
    [
      'a confidential app used as public',
      { ...byPassword, client_id: clientId },
      tenantId,
      401,
      'invalid_client',
      7000218,
    ],
    ['a password over /common', byPassword, 'common', 400, 'invalid_request', 9001023],
  ])('%s', async (_case, form, tenant, status, error, code) => {
    const answer = await ask(form, tenant);
    expect(answer.status).toBe(status);
    expect(answer.body()).toMatchObject({ error, error_codes: [code] });
    expect(Object.keys(answer.body())).toEqual(
      expect.arrayContaining(['error_description', 'timestamp', 'trace_id', 'correlation_id', 'error_uri']),
    );
    expect(String(answer.body()['error_description'])).toMatch(
      new RegExp(`^AADSTS${code}: .* Trace ID: .* Correlation ID: .* Timestamp: 2026-11-22 12:0\\d:\\d\\dZ$`),
    );
  });

  const user = { username: 'u@other.example', password: 'p' };
  test.each([
    ['a disabled application', { apps: [{ clientId: APP, enabled: false }] }, 7000112],
    [
      'an expired secret',
      { apps: [{ clientId: APP, secrets: [{ value: 's', expiresAt: '2026-01-01T00:00:00Z' }] }] },
      7000222,
    ],
    ['a throttled tenant', { throttledForSeconds: 17 }, 90055],
    ['a tenant of another cloud', { loginHost: 'login.microsoftonline.us' }, 900382],
    ['a user who must use a second factor', { users: [{ ...user, mfaRequired: true }] }, 50076],
    ['an expired password', { users: [{ ...user, passwordExpired: true }] }, 50055],
    ['a locked account', { users: [{ ...user, locked: true }] }, 50053],
    ['a disabled account', { users: [{ ...user, enabled: false }] }, 50057],
    ['Conditional Access', { users: [{ ...user, blockedByConditionalAccess: true }] }, 53003],
    ['missing consent', { apps: [{ clientId: APP, publicClient: true, consented: false }] }, 65001],
  ])('%s, set through the control API', async (_case, settings, code) => {
    const base = { apps: [{ clientId: APP, publicClient: true, secrets: [{ value: 's' }] }], users: [user] };
    const resource = { otherResources: ['https://other.crm.dynamics.com'] };
    await running.control('PUT', `tenants/${OTHER}`, { ...base, ...resource, ...settings });
    const scope = 'https://other.crm.dynamics.com/.default';
    const aboutUser = code < 100000 && code !== 90055;
    const form = aboutUser
      ? { grant_type: 'password', client_id: APP, ...user, scope }
      : { ...credentials, client_id: APP, client_secret: 's', scope };
    const answer = await ask(form, OTHER);
    expect(answer.body()['error_codes']).toEqual([code]);
    if (code === 90055) expect([answer.status, answer.headers['retry-after']]).toEqual([429, '17']);
    if (code === 50076)
      expect(answer.body()).toMatchObject({ error: 'interaction_required', claims: expect.any(String) });
  });

  test('ten wrong passwords lock the account', async () => {
    await running.control('PUT', `tenants/${OTHER}`, {
      apps: [{ clientId: APP, publicClient: true }],
      users: [user],
    });
    const form = { grant_type: 'password', client_id: APP, ...user, scope: 'openid' };
    for (let n = 0; n < 10; n += 1)
      expect((await ask({ ...form, password: 'wrong' }, OTHER)).body()['error_codes']).toEqual([50126]);
    expect((await ask(form, OTHER)).body()['error_codes']).toEqual([50053]);
  });

  test.each(KNOWN_NUMBERS)('AADSTS%d can be asked for as a fault', async (code) => {
    await running.control('POST', 'faults', { host: LOGIN, kind: 'aadsts', code, times: 1 });
    const answer = await ask(credentials);
    expect(answer.body()).toMatchObject({ error: expect.stringMatching(/^[a-z_]+$/), error_codes: [code] });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });

  test('any number can be asked for as a fault', async () => {
    await running.control('POST', 'faults', { host: LOGIN, kind: 'aadsts', code: 50196, times: 1 });
    expect((await ask(credentials)).body()['error_codes']).toEqual([50196]);
    expect((await ask(credentials)).status).toBe(200);
  });

  test('secrets do not show in what arrived', async () => {
    await ask(credentials);
    const seen = (await running.control('GET', `requests?host=${LOGIN}`)).text;
    expect(seen).toContain('client_secret=(hidden)');
    expect(seen).not.toContain(clientSecret);
  });
});
