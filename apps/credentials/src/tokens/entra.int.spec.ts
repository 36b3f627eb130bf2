import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { Outbound } from '@leads/service';
import {
  contoso,
  type Control,
  type Fault,
  people,
  productClientId as publicClientId,
  type RunningEmulators,
  startEmulators,
} from '@leads/testing';
import { makeCertificate } from '@leads/testing/certificates';
import { readCertificate } from '../secrets/certificate.ts';
import { askEntra, type Credential, type EntraAnswer, type Sender } from './entra.ts';

const { applicationId, directoryId, clientSecret, url } = contoso;
const { serviceAccount: userName, password } = people;
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
let directory: Awaited<ReturnType<Control['tenant']>>;
beforeEach(async () => {
  directory = await emulators.control.tenant(directoryId);
});
afterEach(async () => {
  await emulators.control.clearFaults();
  const asBefore = { ...directory, tenantId: undefined };
  await emulators.control.putTenant(directoryId, asBefore);
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
  const { users = [] } = directory;
  await emulators.control.changeTenant(directoryId, {
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
    const { apps = [] } = directory;
    await emulators.control.changeTenant(directoryId, {
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
      refusalKind: 'certificate',
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
    ['a wrong secret', bySecret('wrong'), {}, 'AADSTS7000215', 5_000],
    ['a wrong password', byPassword('wrong'), {}, 'AADSTS50126', undefined],
    ['an expired password', byPassword(password), { passwordExpired: true }, 'AADSTS50055', undefined],
    ['a locked user', byPassword(password), { locked: true }, 'AADSTS50053', undefined],
    ['a disabled user', byPassword(password), { enabled: false }, 'AADSTS50057', 5_000],
    // MSAL has another kind of error for these, without a status.
    ['multi-factor authentication', byPassword(password), { mfaRequired: true }, 'AADSTS50076', 5_000],
    ['Conditional Access', byPassword(password), { blockedByConditionalAccess: true }, 'AADSTS53003', 5_000],
  ] as const)(
    'for %s says so, and when to ask again',
    async (_case, credential, user, cause, firstPauseMs) => {
      await setUser(user);
      const answer = await ask(credential);
      expect(answer).toMatchObject({ kind: 'refused', cause });
      if (answer.kind === 'refused') expect(answer.pausesMs[0]).toBe(firstPauseMs);
    },
  );

  test.each([
    ['an unknown directory', { directoryId: '00000000-0000-4000-8000-000000000000' }, 'AADSTS90002'],
    ['an unknown application', { applicationId: '00000000-0000-4000-8000-000000000000' }, 'AADSTS700016'],
  ])('for %s says so', async (_case, changes, cause) => {
    const credential = { ...bySecret(clientSecret), ...changes } as Credential;
    expect(await ask(credential)).toMatchObject({ cause, passingTries: 0 });
  });

  test.each([
    ['invalid_grant', 'The user account is suspended.', 'user', /user/i],
    ['invalid_client', 'The resource principal is switched off.', 'resource', /URL|organi[sz]ation/],
    ['quantum_lock', 'Nothing of the kind.', 'unknown', /AADSTS7999999/],
  ])(
    'by a number that nobody has listed (%s: %s) is explained by what it is about, never by the secret',
    async (error, text, refusalKind, words) => {
      const body = { error, error_description: `AADSTS7999999: ${text}`, error_codes: [7999999] };
      await emulators.control.addFault({ host: login, kind: 'status', status: 400, body });
      const answer = await ask();
      expect(answer).toMatchObject({ kind: 'refused', cause: 'AADSTS7999999', refusalKind });
      if (answer.kind !== 'refused') return;
      expect(`${answer.what} ${answer.remedy}`).toMatch(words);
      expect(answer.remedy).not.toMatch(/secret/i);
    },
  );

  test('says nothing hostile, whatever Entra ID does', async () => {
    const words = `no\0\ud83d\u202e ${'x'.repeat(100_000)}`;
    const body = { error: `quantum\0\ud83d\u202e`, error_description: words };
    const sender: Sender = {
      send: () => Promise.resolve({ status: 400, headers: {}, body: JSON.stringify(body) }),
    };
    const credential = bySecret(clientSecret);
    const answer = await askEntra({ signInHost: login, url, credential }, sender);
    const said = Object.values(answer).filter((value): value is string => typeof value === 'string');
    expect(said.length).toBeGreaterThan(3);
    for (const text of said) expect(text).toMatch(/^[^\p{Cc}\p{Cs}\u202e]{1,8000}$/u);
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
    const faults: Fault[] = [
      { kind: 'status', status: 503, body: { error: 'temporarily_unavailable' } },
      {
        kind: 'status',
        status: 429,
        body: { error: 'temporarily_unavailable' },
        headers: { 'retry-after': '120' },
      },
    ];
    for (const fault of faults) {
      await emulators.control.addFault({ host: login, times: 1, ...fault });
      expect(await ask()).toMatchObject({ kind: 'refused', passingTries: Infinity });
      expect(await ask()).toMatchObject({ kind: 'token' });
    }
  });

  test.each([
    ['120', 120_000],
    ['1000000000', 3_600_000],
  ])('honours Retry-After, up to the longest wait (%s s)', async (seconds, waitMs) => {
    await emulators.control.addFault({
      host: login,
      times: 1,
      kind: 'status',
      status: 429,
      body: { error: 'temporarily_unavailable', error_codes: [90055] },
      headers: { 'retry-after': seconds },
    });
    expect(await ask()).toMatchObject({ cause: 'AADSTS90055', pausesMs: [waitMs, waitMs, waitMs] });
  });

  test.each<[string, Fault, string]>([
    ['a page of HTML', { kind: 'status', status: 502, body: '<html>Bad gateway</html>' }, 'http-502'],
    ['a page of HTML that says 200', { kind: 'status', status: 200, body: '<html></html>' }, 'http-200'],
    ['an empty answer', { kind: 'status', status: 503 }, 'http-503'],
    ['a reset', { kind: 'reset-before-commit' }, 'unreachable'],
    ['no answer in time', { kind: 'delay', delayMs: 3_000 }, 'unreachable'],
  ])('that is none (%s) passes by itself', async (_case, fault, cause) => {
    await emulators.control.addFault({ host: login, times: 1, ...fault });
    expect(await ask()).toMatchObject({
      kind: 'refused',
      cause,
      passingTries: Infinity,
      pausesMs: [1_000, 2_000, 5_000],
    });
  });
});

describe('asking', () => {
  test('goes to Entra ID each time, for one application never answers with the token of another', async () => {
    const before = await emulators.control.signIns();
    expect(await ask()).toMatchObject({ kind: 'token' });
    expect(await ask(bySecret('wrong'))).toMatchObject({ kind: 'refused' });
    expect(await ask()).toMatchObject({ kind: 'token' });
    expect(await emulators.control.signIns()).toBe(before + 3);
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
