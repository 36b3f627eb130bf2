import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { CONTOSO, FABRIKAM, NORTHWIND } from '../seed.ts';
import { startForTest, type Running } from '../testing/running.ts';

const { productClientId, password } = CONTOSO;
let running: Running;
beforeAll(async () => {
  running = await startForTest();
});
afterAll(() => running.close());

async function claimsOf(username: string, scope = 'openid'): Promise<Record<string, unknown>> {
  const form = { grant_type: 'password', client_id: productClientId, username, password, scope };
  const answer = await running.askToken(form, 'organizations');
  const { id_token: id, access_token: access } = answer.body();
  return decodeJwt(String(scope.startsWith('api:') ? access : id));
}

describe('app roles', () => {
  test.each([
    [CONTOSO.person, CONTOSO.tenantId, ['Publisher.Owner']],
    [CONTOSO.reader, CONTOSO.tenantId, ['Publisher.Reader']],
    [FABRIKAM.person, FABRIKAM.tenantId, ['Publisher.Owner']],
    [NORTHWIND.person, NORTHWIND.tenantId, ['Operator']],
  ])('of %s are in the id token', async (username, tid, roles) => {
    expect(await claimsOf(username)).toMatchObject({ tid, roles });
  });

  test('are left out where there are none, and belong to one application', async () => {
    expect(await claimsOf(CONTOSO.stranger)).not.toHaveProperty('roles');
    const api = await claimsOf(CONTOSO.person, `api://${productClientId}/user_impersonation`);
    expect(api['roles']).toEqual(['Publisher.Owner']);
    const dynamics = await claimsOf(CONTOSO.person, `https://${CONTOSO.host}/user_impersonation openid`);
    expect(dynamics['roles']).toEqual(['Publisher.Owner']);
  });

  test('are given and taken away through the control API', async () => {
    const { body } = await running.control('GET', `tenants/${NORTHWIND.tenantId}`);
    const [user] = body()['users'] as object[];
    const put = (appRoles: object): Promise<unknown> =>
      running.control('PATCH', `tenants/${NORTHWIND.tenantId}`, { users: [{ ...user, appRoles }] });
    await put({ [CONTOSO.clientId]: ['Operator'] });
    expect(await claimsOf(NORTHWIND.person)).not.toHaveProperty('roles');
    await put({ [productClientId]: ['Operator', 'Publisher.Reader'] });
    expect((await claimsOf(NORTHWIND.person))['roles']).toEqual(['Operator', 'Publisher.Reader']);
  });
});

describe('the sign-in page for any directory', () => {
  const query = new URLSearchParams({
    client_id: productClientId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: 'http://127.0.0.1:4004/auth/callback',
  });
  const path = `/organizations/oauth2/v2.0/authorize?${query.toString()}`;

  test('opens in a browser at the emulators own address and offers everybody who could sign in', async () => {
    const own = `127.0.0.1:${running.httpPort}`;
    const { status, text } = await running.send(path, { host: own });
    expect(status).toBe(200);
    for (const name of [CONTOSO.person, FABRIKAM.person, NORTHWIND.person]) expect(text).toContain(name);
    expect(text).toContain(`action="http://${own}/organizations/oauth2/v2.0/authorize?`);
  });

  test('signs a person of the second directory in', async () => {
    const answer = await running.send(path, {
      host: `127.0.0.1:${running.httpPort}`,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ username: FABRIKAM.person, password }).toString(),
    });
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toContain('http://127.0.0.1:4004/auth/callback?code=');
  });
});
