import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, importPKCS8, jwtVerify, SignJWT, type JSONWebKeySet } from 'jose';
import { CONTOSO } from '../seed.ts';
import { APPLICATION, startForTest, type Answer, type Running } from '../testing/running.ts';

// Keys are made and much is sent: patience on a busy machine.
jest.setTimeout(30_000);

const LOGIN = 'login.microsoftonline.com';
const { tenantId, clientId, productClientId, host, person, serviceAccount, password } = CONTOSO;
const OTHER = '99999999-8af1-4a5f-8234-12234d01db47';
const APP = '11111111-aaaa-4bbb-8662-1234df56788f';

let running: Running;
let now = Date.parse('2026-11-22T12:00:00Z');
beforeAll(async () => {
  running = await startForTest(() => now);
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
const whoAmI = (token: unknown): Promise<Answer> =>
  running.send('/api/data/v9.2/WhoAmI', { headers: { authorization: `Bearer ${String(token)}` } });

describe('client credentials', () => {
  test('give an RS256 token that the published keys verify, with the claims Dataverse looks at', async () => {
    const answer = await ask(credentials);
    expect(answer.body()).toMatchObject({ token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599 });
    expect(answer.body()['refresh_in']).toBeUndefined();
    const document = await running.send(`/${tenantId}/v2.0/.well-known/openid-configuration`, {
      host: LOGIN,
    });
    const keys = await running.send(new URL(String(document.body()['jwks_uri'])).pathname, { host: LOGIN });
    const keySet = createLocalJWKSet(keys.body() as unknown as JSONWebKeySet);
    const { payload } = await jwtVerify(String(answer.body()['access_token']), keySet, {
      audience: `https://${host}`,
      currentDate: new Date(now),
    });
    expect(payload).toMatchObject({
      tid: tenantId,
      appid: clientId,
      appidacr: '1',
      idtyp: 'app',
      ver: '1.0',
    });
  });

  test('say refresh_in and another lifetime when the tenant is set so', async () => {
    await running.control('PUT', `tenants/${OTHER}`, {
      apps: [{ clientId: APP, secrets: [{ value: 's' }] }],
      otherResources: ['https://other.crm.dynamics.com'],
      tokenLifetimeSeconds: 600,
      refreshInSeconds: 300,
    });
    const scope = 'https://other.crm.dynamics.com/.default';
    const answer = await ask({ ...credentials, client_id: APP, client_secret: 's', scope }, OTHER);
    expect(answer.body()).toMatchObject({ expires_in: 600, refresh_in: 300 });
  });

  test('work with a certificate, and only with the one that is registered', async () => {
    const registered = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = registered.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const print = createHash('sha256').update(registered.publicKey.export({ type: 'spki', format: 'der' }));
    await running.control('PUT', `tenants/${OTHER}`, {
      apps: [{ clientId: APP, certificates: [{ pem }] }],
      otherResources: ['https://other.crm.dynamics.com'],
    });
    const x5t = print.digest('base64url');
    const assertionBy = async (
      key: typeof registered,
      audience: string,
      issuer = APP,
    ): Promise<Record<string, string>> => ({
      grant_type: 'client_credentials',
      client_id: APP,
      scope: 'https://other.crm.dynamics.com/.default',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await new SignJWT({ iss: issuer, sub: issuer, aud: audience, exp: now / 1000 + 600 })
        .setProtectedHeader({ alg: 'PS256', 'x5t#S256': x5t })
        .sign(await importPKCS8(key.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 'PS256')),
    });
    const endpoint = `https://${LOGIN}/${OTHER}/oauth2/v2.0/token`;
    const good = await ask(await assertionBy(registered, endpoint), OTHER);
    expect(decodeJwt(String(good.body()['access_token']))['appidacr']).toBe('2');
    const wrongKey = await ask(await assertionBy(foreign, endpoint), OTHER);
    expect(wrongKey.body()).toMatchObject({ error: 'invalid_client', error_codes: [700027] });
    const wrongAudience = await ask(await assertionBy(registered, 'https://elsewhere.example'), OTHER);
    expect(wrongAudience.body()['error_codes']).toEqual([700027]);
    const anotherIssuer = await ask(await assertionBy(registered, endpoint, clientId), OTHER);
    expect(anotherIssuer.body()['error_codes']).toEqual([700027]);
  });
});

describe('a user with a password', () => {
  test('gets tokens that open the organization, and new ones for the refresh token', async () => {
    const answer = await ask({ ...byPassword, client_info: '1' });
    const { access_token: token, refresh_token: refresh, id_token: id, client_info: info } = answer.body();
    expect(decodeJwt(String(id))).toMatchObject({
      aud: productClientId,
      preferred_username: serviceAccount,
      ver: '2.0',
    });
    expect(JSON.parse(Buffer.from(String(info), 'base64url').toString())).toMatchObject({ utid: tenantId });
    expect((await whoAmI(token)).status).toBe(200);
    const again = await ask({
      grant_type: 'refresh_token',
      client_id: productClientId,
      refresh_token: String(refresh),
    });
    expect((await whoAmI(again.body()['access_token'])).status).toBe(200);
  });

  test('loses the refresh token when the password changes', async () => {
    const form = {
      grant_type: 'password',
      client_id: APP,
      username: 'u@other.example',
      scope: 'openid offline_access',
    };
    const put = (secret: string): Promise<Answer> =>
      running.control('PUT', `tenants/${OTHER}`, {
        apps: [{ clientId: APP, publicClient: true }],
        users: [{ username: 'u@other.example', password: secret }],
      });
    await put('first');
    const { refresh_token: refresh } = (await ask({ ...form, password: 'first' }, OTHER)).body();
    await put('second');
    const again = await ask(
      { grant_type: 'refresh_token', client_id: APP, refresh_token: String(refresh) },
      OTHER,
    );
    expect(again.body()['error_codes']).toEqual([50173]);
  });

  test('is found by domain under /organizations', async () => {
    expect((await ask(byPassword, 'organizations')).status).toBe(200);
  });
});

describe('signing in with a code and PKCE', () => {
  const verifier = 'a-verifier-that-is-long-enough-for-the-rules-of-pkce-43';
  const wish = new URLSearchParams({
    client_id: productClientId,
    response_type: 'code',
    redirect_uri: 'http://localhost:5173/auth/callback',
    scope: 'openid profile offline_access',
    state: 'xyz',
    nonce: 'n-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const visit = (query: URLSearchParams, form?: Record<string, string>): Promise<Answer> =>
    running.send(`/${tenantId}/oauth2/v2.0/authorize?${query.toString()}`, {
      host: LOGIN,
      ...(form ? { method: 'POST', body: new URLSearchParams(form).toString() } : {}),
    });
  const redeem = (code: string, codeVerifier = verifier): Promise<Answer> =>
    ask({
      grant_type: 'authorization_code',
      client_id: productClientId,
      code,
      redirect_uri: 'http://localhost:5173/auth/callback',
      code_verifier: codeVerifier,
    });
  const signedIn = async (): Promise<URLSearchParams> => {
    const answer = await visit(wish, { username: person, password });
    expect(answer.status).toBe(302);
    return new URL(String(answer.headers.location)).searchParams;
  };

  test('shows a page, goes back with code and state, and the code gives an id token with the nonce', async () => {
    const shown = await visit(wish);
    expect(shown.text).toContain('Sign in');
    const back = await signedIn();
    expect(back.get('state')).toBe('xyz');
    const tokens = (await redeem(back.get('code') ?? '')).body();
    expect(decodeJwt(String(tokens['id_token']))).toMatchObject({ nonce: 'n-1', preferred_username: person });
    expect(tokens['refresh_token']).toEqual(expect.any(String));
  });

  test('a code is good once, for the right verifier, for ten minutes', async () => {
    const once = (await signedIn()).get('code') ?? '';
    expect((await redeem(once)).status).toBe(200);
    expect((await redeem(once)).body()['error_codes']).toEqual([54005]);
    expect(
      (await redeem((await signedIn()).get('code') ?? '', 'another-verifier')).body()['error_codes'],
    ).toEqual([50148]);
    const late = (await signedIn()).get('code') ?? '';
    now += 601_000;
    expect((await redeem(late)).body()['error_codes']).toEqual([70008]);
  });

  test('a wrong password stays on the page, an unregistered address is never visited', async () => {
    const wrong = await visit(wish, { username: person, password: 'no' });
    expect(wrong.text).toContain('AADSTS50126');
    const elsewhere = new URLSearchParams(wish);
    elsewhere.set('redirect_uri', 'https://evil.example/');
    const refused = await visit(elsewhere, { username: person, password });
    expect([refused.status, refused.headers.location]).toEqual([400, undefined]);
    expect(refused.text).toContain('AADSTS50011');
  });

  test('works for any directory under /organizations', async () => {
    const address = `/organizations/oauth2/v2.0/authorize?${wish.toString()}`;
    const form = new URLSearchParams({ username: person, password }).toString();
    const back = await running.send(address, { host: LOGIN, method: 'POST', body: form });
    const code = new URL(String(back.headers.location)).searchParams.get('code') ?? '';
    const tokens = await ask(
      {
        grant_type: 'authorization_code',
        client_id: productClientId,
        code,
        redirect_uri: 'http://localhost:5173/auth/callback',
        code_verifier: verifier,
      },
      'organizations',
    );
    expect(decodeJwt(String(tokens.body()['id_token']))).toMatchObject({
      tid: tenantId,
      iss: `https://${LOGIN}/${tenantId}/v2.0`,
    });
  });

  test('a second factor can be given here', async () => {
    const users = [{ username: person, password, mfaRequired: true }];
    await running.control('PATCH', `tenants/${tenantId}`, { users });
    const asked = await visit(wish, { username: person, password });
    const pending = /name="pending" value="([^"]+)"/.exec(asked.text)?.[1] ?? '';
    const back = await visit(wish, { pending });
    expect(new URL(String(back.headers.location)).searchParams.get('code')).toEqual(expect.any(String));
    await running.control('PATCH', `tenants/${tenantId}`, {
      users: [
        { username: person, password },
        { username: serviceAccount, password },
      ],
    });
  });
});

describe('time and keys', () => {
  test('a token is void after its lifetime', async () => {
    const { access_token: token } = (await ask(credentials)).body();
    expect((await whoAmI(token)).status).toBe(200);
    now += 3_600_000;
    const late = await whoAmI(token);
    expect(late.status).toBe(401);
    expect(late.headers['www-authenticate']).toContain('The token is expired');
  });

  test('a clock that is ahead voids tokens early and shows in the Date header', async () => {
    const { access_token: token } = (await ask(credentials)).body();
    await running.control('POST', 'faults', { host, kind: 'clock-skew', skewMs: 7_200_000 });
    const answer = await whoAmI(token);
    expect(answer.status).toBe(401);
    expect(Date.parse(String(answer.headers.date))).toBe(Math.floor((now + 7_200_000) / 1000) * 1000);
    await running.control('DELETE', 'faults');
    expect((await whoAmI(token)).status).toBe(200);
  });

  test('rotation keeps older tokens good while the old key is published, and voids them when it is not', async () => {
    const { access_token: token } = (await ask(credentials)).body();
    await running.control('POST', 'keys/rotate', {});
    expect((await whoAmI(token)).status).toBe(200);
    await running.control('POST', 'keys/rotate', { keepOld: false });
    expect((await whoAmI(token)).status).toBe(401);
    expect((await whoAmI((await ask(credentials)).body()['access_token'])).status).toBe(200);
  });
});
