/** @azure/msal-node against the emulated Entra: everything but plain client credentials, which conformance drives. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  ConfidentialClientApplication,
  CryptoProvider,
  InteractionRequiredAuthError,
  PublicClientApplication,
  ServerError,
  type Configuration,
} from '@azure/msal-node';
import { networkThrough } from '../conformance/clients.ts';
import { CONTOSO } from '../seed.ts';
import { startForTest, type Running } from '../testing/running.ts';

// Keys are made and much is sent: patience on a busy machine.
jest.setTimeout(30_000);

const LOGIN = 'login.microsoftonline.com';
const { tenantId, productClientId, host, person, serviceAccount, password } = CONTOSO;
const CERTIFIED = '51515151-aaaa-4bbb-8662-1234df56788f';
const scopes = [`https://${host}/user_impersonation`];

let running: Running;
let configuration: (clientId: string) => Configuration;
beforeAll(async () => {
  running = await startForTest();
  // By path instead of by host name: what a client without a resolver of its own would use.
  const networkClient = networkThrough(LOGIN, `http://127.0.0.1:${running.httpPort}/login/${LOGIN}`);
  configuration = (clientId) => ({
    auth: { clientId, authority: `https://${LOGIN}/${tenantId}` },
    system: { networkClient },
  });
});
afterAll(() => running.close());

const whoAmI = async (token: string | undefined): Promise<number> =>
  (await running.send('/api/data/v9.2/WhoAmI', { headers: { authorization: `Bearer ${token ?? ''}` } }))
    .status;

describe('msal-node', () => {
  test('signs in with a user name and a password, then silently with the refresh token', async () => {
    const application = new PublicClientApplication(configuration(productClientId));
    const first = await application.acquireTokenByUsernamePassword({
      scopes,
      username: serviceAccount,
      password,
    });
    expect(await whoAmI(first?.accessToken)).toBe(200);
    const account = first?.account;
    expect(account).toMatchObject({ username: serviceAccount, tenantId });
    const again = await application.acquireTokenSilent({
      scopes,
      account: account ?? null!,
      forceRefresh: true,
    });
    expect(again.fromCache).toBe(false);
    expect(await whoAmI(again.accessToken)).toBe(200);
  });

  test('meets a second factor as an error that asks for interaction', async () => {
    const application = new PublicClientApplication(configuration(productClientId));
    await running.control('POST', 'faults', { host: LOGIN, kind: 'aadsts', code: 50076, times: 1 });
    const refused = application.acquireTokenByUsernamePassword({
      scopes,
      username: serviceAccount,
      password,
    });
    await expect(refused).rejects.toBeInstanceOf(InteractionRequiredAuthError);
  });

  test('proves itself with a certificate', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const thumbprintSha256 = createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex');
    const tenant = (await running.control('GET', `tenants/${tenantId}`)).body();
    const apps = [...(tenant['apps'] as object[]), { clientId: CERTIFIED, certificates: [{ pem }] }];
    await running.control('PATCH', `tenants/${tenantId}`, { apps });
    await running.control('PATCH', `organizations/${host}`, { applicationUsers: [CERTIFIED] });
    const { auth, system } = configuration(CERTIFIED);
    const application = new ConfidentialClientApplication({
      auth: {
        ...auth,
        clientCertificate: {
          thumbprintSha256,
          privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
        },
      },
      ...(system ? { system } : {}),
    });
    const result = await application.acquireTokenByClientCredential({ scopes: [`https://${host}/.default`] });
    expect(await whoAmI(result?.accessToken)).toBe(200);
  });

  test('redeems an authorization code with PKCE', async () => {
    const application = new PublicClientApplication(configuration(productClientId));
    const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
    const redirectUri = 'http://localhost:3000/auth/callback';
    const asked = {
      scopes: ['openid', 'profile'],
      redirectUri,
      codeChallenge: challenge,
      codeChallengeMethod: 'S256',
    };
    const page = new URL(await application.getAuthCodeUrl(asked));
    const back = await running.send(`${page.pathname}${page.search}`, {
      method: 'POST',
      host: LOGIN,
      body: new URLSearchParams({ username: person, password }).toString(),
    });
    const answer = new URL(String(back.headers.location).replace('#', '?'));
    const code = answer.searchParams.get('code') ?? '';
    const result = await application.acquireTokenByCode({
      code,
      scopes: asked.scopes,
      redirectUri,
      codeVerifier: verifier,
    });
    expect(result.account).toMatchObject({ username: person, name: 'Alex Wilber' });
  });

  test('is told refusals in the form it understands', async () => {
    const { auth, system } = configuration(CONTOSO.clientId);
    const application = new ConfidentialClientApplication({
      auth: { ...auth, clientSecret: 'wrong' },
      ...(system ? { system } : {}),
    });
    const refusal = await application
      .acquireTokenByClientCredential({ scopes: [`https://${host}/.default`] })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ServerError);
    expect(refusal).toMatchObject({ errorCode: 'invalid_client', status: 401 });
    expect(String((refusal as ServerError).errorNo)).toBe('7000215');
  });
});
