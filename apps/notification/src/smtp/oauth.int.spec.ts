/** Signing in by OAuth 2.0 to a server that takes nothing else, with tokens of the emulated Entra ID. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Outbound } from '@leads/service';
import { contoso, eventually, type RunningEmulators, startEmulators } from '@leads/testing';
import { SMTPServer } from 'smtp-server';
import type { ComposedMail } from '@leads/messages';
import { openMailServer } from './mail-server.ts';
import { readOAuthSignIn } from './sign-in.ts';

const from = { name: 'Leads', address: 'leads@contoso.example' };
const mail: ComposedMail = {
  id: '0b0e4a55-0000-4000-8000-000000000001',
  idHeader: 'X-Lead-Id',
  subject: 'New lead',
  text: 'Hello',
  html: '<p>Hello</p>',
  attachments: [],
};

let emulators: RunningEmulators;
/** Tokens that it was shown, and those that it takes no more. */
let shown: string[] = [];
const expired = new Set<string>();

const server = new SMTPServer({
  authMethods: ['XOAUTH2', 'PLAIN'],
  disabledCommands: ['STARTTLS'],
  allowInsecureAuth: true,
  logger: false,
  onAuth: ({ method, username, accessToken = '' }, _session, done) => {
    if (method !== 'XOAUTH2') {
      const said = '5.7.30 Basic authentication is not supported for Client Submission.';
      return done(Object.assign(new Error(said), { responseCode: 550 }));
    }
    shown.push(accessToken);
    if (expired.has(accessToken)) return done(null, { data: { status: '401', schemes: 'bearer' } });
    done(null, { user: username ?? '' });
  },
  onData: (stream, _session, done) => {
    stream.resume();
    stream.on('end', () => done());
  },
});

beforeAll(async () => {
  emulators = await startEmulators();
  const tenant = await emulators.control.tenant(contoso.directoryId);
  const otherResources = [...(tenant.otherResources ?? []), 'https://outlook.office365.com'];
  await emulators.control.changeTenant(contoso.directoryId, { otherResources });
  server.on('error', () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
}, 60_000);
afterAll(async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await emulators?.close();
});
afterEach(() => {
  shown = [];
  expired.clear();
});

const addressOf = (userInfo: string) =>
  `smtp://${userInfo}@127.0.0.1:${(server.server.address() as AddressInfo).port}`;

function openServer(secret: string = contoso.clientSecret) {
  const outbound = new Outbound({
    ...{ resolver: emulators.url, connections: 1, timeoutMs: 5_000, maxBodyBytes: 64 * 1024 },
  });
  const signIn = readOAuthSignIn(
    {
      SMTP_URL: addressOf(encodeURIComponent(from.address)),
      SMTP_OAUTH: 'microsoft',
      SMTP_OAUTH_CLIENT_ID: contoso.applicationId,
      SMTP_OAUTH_DIRECTORY_ID: contoso.directoryId,
      SMTP_OAUTH_SECRET_FILE: secret,
      SMTP_OAUTH_SCOPE: undefined,
    },
    outbound,
  );
  return openMailServer(addressOf(encodeURIComponent(from.address)), from, {
    ...{ plaintextAllowed: true, connections: 1, signIn },
  });
}

test('mails go out by a token that is asked for once, and by another once that one is taken no more', async () => {
  const first = openServer();
  expect(await first.send(mail, 'ann@contoso.com')).toMatchObject({ verdict: { kind: 'accepted' } });
  expect(await first.send(mail, 'bob@contoso.com')).toMatchObject({ verdict: { kind: 'accepted' } });
  expect(shown).toHaveLength(1);
  first.close();

  const second = openServer();
  expect(await second.send(mail, 'ann@contoso.com')).toMatchObject({ verdict: { kind: 'accepted' } });
  for (const token of shown) expired.add(token);
  // The server hangs up in mid-run, as servers do after a while.
  for (const connection of server.connections) connection.close();
  await eventually(async () => {
    const attempt = await second.send(mail, 'bob@contoso.com');
    expect(attempt).toMatchObject({ verdict: { kind: 'accepted' } });
  });
  expect(expired.has(shown.at(-1) ?? '')).toBe(false);
  second.close();
}, 60_000);

test('a password is refused with cause and remedy, and so is a secret that Entra ID does not know', async () => {
  const basic = openMailServer(addressOf('leads%40contoso.example:secret'), from, {
    ...{ plaintextAllowed: true, connections: 1 },
  });
  const { verdict } = await basic.send(mail, 'ann@contoso.com');
  expect(verdict).toMatchObject({ kind: 'ours', cause: 'basic-authentication-off' });
  expect(verdict).toMatchObject({ remedy: expect.stringContaining('SMTP_OAUTH') });
  basic.close();
  const wrong = openServer('wrong-secret');
  const refused = await wrong.send(mail, 'ann@contoso.com');
  expect(refused.verdict).toMatchObject({ kind: 'ours', cause: 'sign-in-refused' });
  expect(refused.said).not.toContain('wrong-secret');
  wrong.close();
}, 60_000);

test('settings that do not go together are refused without a word of a secret', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const settings = {
    SMTP_URL: 'smtp://leads%40contoso.example@smtp.gmail.com',
    SMTP_OAUTH: 'google' as const,
    SMTP_OAUTH_SECRET_FILE: JSON.stringify({
      client_email: 'leads@x.iam.gserviceaccount.com',
      private_key: key,
    }),
    ...{ SMTP_OAUTH_CLIENT_ID: undefined, SMTP_OAUTH_DIRECTORY_ID: undefined, SMTP_OAUTH_SCOPE: undefined },
  };
  const outbound = { send: () => Promise.reject(new Error('nothing is sent')) };
  expect(readOAuthSignIn(settings, outbound)).toMatchObject({
    ...{ kind: 'google', user: 'leads@contoso.example', serviceClient: 'leads@x.iam.gserviceaccount.com' },
  });
  expect(readOAuthSignIn({ ...settings, SMTP_OAUTH: undefined }, outbound)).toBeUndefined();
  for (const wrong of [
    { SMTP_OAUTH_SECRET_FILE: 's3cret' },
    { SMTP_OAUTH: 'microsoft' as const, SMTP_OAUTH_SECRET_FILE: 's3cret' },
    { SMTP_URL: 'smtp://leads:s3cret@smtp.gmail.com' },
    { SMTP_OAUTH_SECRET_FILE: undefined },
  ])
    expect(() => readOAuthSignIn({ ...settings, ...wrong }, outbound)).toThrow(/^(?!.*s3cret).*SMTP_/);
});
