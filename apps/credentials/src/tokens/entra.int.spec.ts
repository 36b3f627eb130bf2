import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { Outbound } from '@leads/service';
import { readCertificate } from '../connections/certificate.ts';
import { makeCertificate } from '../testing/certificate.ts';
import { contoso } from '../testing/contoso.ts';
import { type RunningEmulators, startEmulators } from '../testing/emulators.ts';
import { askEntra, type Credential, type EntraAnswer, type Sender } from './entra.ts';

const { applicationId, directoryId, clientSecret, url } = contoso;
const publicClientId = '5f3c9c1e-7b0a-4d53-9c39-3f2b6f0e8a11';
const userName = 'leads@contoso.onmicrosoft.com';
const password = 'emulated-password-for-local-runs-only';
const login = 'login.microsoftonline.com';

let emulators: RunningEmulators;
let outbound: Outbound;

beforeAll(async () => {
  emulators = await startEmulators();
  outbound = new Outbound({
    resolver: emulators.url,
    connections: 8,
    timeoutMs: 1_000,
    maxBodyBytes: 100_000,
  });
}, 30_000);
afterAll(async () => {
  await outbound.close();
  await emulators.close();
});
let directory: Record<string, unknown>;
beforeEach(async () => {
  directory = await emulators.control('GET', `tenants/${directoryId}`);
});
afterEach(async () => {
  await emulators.control('DELETE', 'faults');
  await emulators.control('PUT', `tenants/${directoryId}`, { ...directory, tenantId: undefined });
});

const bySecret = (secret: string): Credential => ({
  kind: 'client-secret',
  applicationId,
  directoryId,
  secret,
});
const byPassword = (word: string): Credential => ({
  kind: 'password',
  publicClientId,
  userName,
  password: word,
});

function ask(
  credential: Credential = bySecret(clientSecret),
  sender: Sender = outbound,
): Promise<EntraAnswer> {
  return askEntra({ signInHost: login, url, credential }, sender);
}

async function setUser(changes: Record<string, unknown>): Promise<void> {
  const users = directory['users'] as { username: string }[];
  await emulators.control('PATCH', `tenants/${directoryId}`, {
    users: users.map((user) => (user.username === userName ? { ...user, ...changes } : user)),
  });
}

describe('a token from Entra ID', () => {
  test('is got with a client secret', async () => {
    const answer = await ask();
    if (answer.kind !== 'token') throw new Error(answer.cause);
    expect(decodeJwt(answer.accessToken)).toMatchObject({ aud: url, appid: applicationId, appidacr: '1' });
  });

  test('is got with a certificate', async () => {
    const { certificate, pem } = await makeCertificate();
    const apps = directory['apps'] as { clientId: string }[];
    await emulators.control('PATCH', `tenants/${directoryId}`, {
      apps: apps.map((app) =>
        app.clientId === applicationId ? { ...app, certificates: [{ pem: certificate }] } : app,
      ),
    });
    const read = readCertificate(pem, new Date());
    if (!read.ok) throw new Error(read.fault);
    const credential = {
      kind: 'certificate',
      applicationId,
      directoryId,
      certificate: read.certificate,
    } as const;
    const answer = await ask(credential);
    if (answer.kind !== 'token') throw new Error(answer.cause);
    expect(decodeJwt(answer.accessToken)).toMatchObject({ aud: url, appidacr: '2' });

    const foreign = readCertificate((await makeCertificate()).pem, new Date());
    if (!foreign.ok) throw new Error(foreign.fault);
    expect(await ask({ ...credential, certificate: foreign.certificate })).toMatchObject({
      cause: 'AADSTS700027',
      askAgainAfterMs: 'never',
    });
  });

  test('is got with a user name and a password, in the directory of the user', async () => {
    const answer = await ask(byPassword(password));
    if (answer.kind !== 'token') throw new Error(answer.cause);
    expect(decodeJwt(answer.accessToken)).toMatchObject({ aud: url, upn: userName });
  });
});

describe('a refusal of Entra ID', () => {
  test.each([
    ['a wrong secret', bySecret('wrong'), {}, 'AADSTS7000215', 'never'],
    ['a wrong password', byPassword('wrong'), {}, 'AADSTS50126', 'never'],
    ['an expired password', byPassword(password), { passwordExpired: true }, 'AADSTS50055', 'never'],
    ['a locked user', byPassword(password), { locked: true }, 'AADSTS50053', 'never'],
    ['a disabled user', byPassword(password), { enabled: false }, 'AADSTS50057', 900_000],
    // MSAL has another kind of error for these, without a status.
    ['multi-factor authentication', byPassword(password), { mfaRequired: true }, 'AADSTS50076', 900_000],
    [
      'Conditional Access',
      byPassword(password),
      { blockedByConditionalAccess: true },
      'AADSTS53003',
      900_000,
    ],
  ] as const)(
    'for %s says so, and when to ask again',
    async (_case, credential, user, cause, askAgainAfterMs) => {
      await setUser(user);
      expect(await ask(credential)).toMatchObject({
        kind: 'refused',
        cause,
        askAgainAfterMs,
        transient: false,
      });
    },
  );

  test.each([
    ['an unknown directory', { directoryId: '00000000-0000-4000-8000-000000000000' }, 'AADSTS90002'],
    ['an unknown application', { applicationId: '00000000-0000-4000-8000-000000000000' }, 'AADSTS700016'],
  ])('for %s says so', async (_case, changes, cause) => {
    const credential = { ...bySecret(clientSecret), ...changes } as Credential;
    expect(await ask(credential)).toMatchObject({ cause, transient: false });
  });

  test('for a URL that the directory has no instance at says so', async () => {
    const wish = {
      signInHost: login,
      url: 'https://fabrikam.crm.dynamics.com',
      credential: bySecret(clientSecret),
    };
    expect(await askEntra(wish as Parameters<typeof askEntra>[0], outbound)).toMatchObject({
      cause: 'AADSTS500011',
    });
  });

  test('does not outlast its cause: MSAL would go on refusing for a minute without asking', async () => {
    for (const fault of [
      { kind: 'status', status: 503, body: { error: 'temporarily_unavailable' } },
      {
        kind: 'status',
        status: 429,
        body: { error: 'temporarily_unavailable' },
        headers: { 'retry-after': '120' },
      },
    ]) {
      await emulators.control('POST', 'faults', { host: login, times: 1, ...fault });
      expect(await ask()).toMatchObject({ kind: 'refused', transient: true });
      expect(await ask()).toMatchObject({ kind: 'token' });
    }
  });

  test('honours Retry-After', async () => {
    await emulators.control('PATCH', `tenants/${directoryId}`, { throttledForSeconds: 120 });
    expect(await ask()).toMatchObject({ cause: 'AADSTS90055', transient: true, askAgainAfterMs: 120_000 });
  });

  test.each([
    ['a page of HTML', { kind: 'status', status: 502, body: '<html>Bad gateway</html>' }, 'http-502'],
    ['a page of HTML that says 200', { kind: 'status', status: 200, body: '<html></html>' }, 'http-200'],
    ['an empty answer', { kind: 'status', status: 503 }, 'http-503'],
    ['a reset', { kind: 'reset-before-commit' }, 'unreachable'],
    ['no answer in time', { kind: 'delay', delayMs: 3_000 }, 'unreachable'],
  ])('that is none (%s) passes by itself', async (_case, fault, cause) => {
    await emulators.control('POST', 'faults', { host: login, times: 1, ...fault });
    expect(await ask()).toMatchObject({ kind: 'refused', cause, transient: true, askAgainAfterMs: 30_000 });
  });
});

describe('asking', () => {
  test('goes to Entra ID each time, for one application never answers with the token of another', async () => {
    const before = await emulators.signIns();
    expect(await ask()).toMatchObject({ kind: 'token' });
    expect(await ask(bySecret('wrong'))).toMatchObject({ kind: 'refused' });
    expect(await ask()).toMatchObject({ kind: 'token' });
    expect(await emulators.signIns()).toBe(before + 3);
  });

  test('sends nothing but the token request: no discovery, to no host but the sign-in host of the cloud', async () => {
    for (const signInHost of [
      login,
      'login.microsoftonline.us',
      'login.partner.microsoftonline.cn',
    ] as const) {
      const urls: string[] = [];
      const sender: Sender = {
        send: (request) => {
          urls.push(request.url);
          return Promise.resolve({
            status: 200,
            headers: {},
            body: JSON.stringify({ token_type: 'Bearer', expires_in: 3_599, access_token: 'token' }),
          });
        },
      };
      const answer = await askEntra({ signInHost, url, credential: bySecret('secret') }, sender);
      expect(answer).toMatchObject({ kind: 'token', accessToken: 'token' });
      expect(urls).toHaveLength(1);
      expect(urls[0]).toMatch(new RegExp(`^https://${signInHost}/${directoryId}/oauth2/v2.0/token`));
    }
  });
});
