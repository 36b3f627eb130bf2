/** Everything that is done with secrets, under the production profile, and then whether any of them stands anywhere. */
import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { topics } from '@leads/contracts';
import { Publisher } from '@leads/kafka';
import { Browser, contoso, contosoHost, type Control, eventually, people } from '@leads/testing';
import { makeCertificate } from '@leads/testing/certificates';
import { startTestStack, type TestStack, TOLD_ON_PURPOSE, untilAccepted } from '@leads/tools';
import { leadNumber, post } from './marketplace.ts';

const TIME = { timeoutMs: 90_000 };
const made = (): string => randomBytes(24).toString('base64url');

let stack: TestStack;
let control: Control;
let alex: Browser;

beforeAll(async () => {
  stack = await startTestStack({ profile: 'production', serviceSettings: { LOG_LEVEL: 'trace' } });
  control = stack.emulators.control;
}, 240_000);
afterAll(() => stack.stop(), 60_000);

/** Has Contoso's directory accept secrets that occur nowhere else. */
async function prepareDirectory(): Promise<{ clientSecret: string; password: string; certificate: string }> {
  const [clientSecret, password] = [made(), made()];
  const { certificate, pem, privateKey } = await makeCertificate();
  const { apps = [], users = [] } = await control.tenant(contoso.directoryId);
  await control.changeTenant(contoso.directoryId, {
    apps: apps.map((app) =>
      app.clientId === contoso.applicationId
        ? {
            ...app,
            secrets: [...(app.secrets ?? []), { value: clientSecret }],
            certificates: [{ pem: certificate }],
          }
        : app,
    ),
    users: users.map((user) => (user.username === people.serviceAccount ? { ...user, password } : user)),
  });
  stack.know('a client secret', clientSecret);
  stack.know('a password', password);
  // A line from the middle: what a leak of any part of the key would have.
  stack.know('a private key', privateKey.trim().split('\n')[10] ?? '');
  return { clientSecret, password, certificate: pem };
}

/** Past a wrong password, step by step, so that everything that passes by is known. */
async function signIn(username: string): Promise<Browser> {
  const browser = new Browser(stack.services.portal.url);
  const wrong = made();
  stack.know('a wrong password', wrong);
  const page = await browser.beginSignIn();
  await expect(browser.atMicrosoft(page, { username, password: wrong })).rejects.toThrow();
  const back = await browser.atMicrosoft(page, { username, password: people.password });
  stack.know(`the authorization code of ${username}`, new URL(back, page).searchParams.get('code') ?? '');
  await browser.ask('GET', back);
  const { body } = await browser.ask('GET', '/api/session');
  browser.csrfToken = body['csrfToken'] as string;
  stack.know(`a session's token of ${username}`, browser.csrfToken);
  for (const [name, value] of browser.cookies) stack.know(`a session's ${name} of ${username}`, value);
  return browser;
}

async function ask(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
  const answer = await alex.ask(method, path, { body, ...(headers && { headers }) });
  expect([method, path, answer.status < 400 ? 'done' : answer.text]).toEqual([method, path, 'done']);
  return answer;
}

/** @returns where its leads are posted to */
async function addressOf(connectionId: string): Promise<string> {
  const { body } = await ask('GET', `/api/connections/${connectionId}/lead-address`);
  const { leadAddress } = body as { leadAddress: string };
  stack.know(`a lead address of ${connectionId}`, leadAddress.split('/').at(-1) ?? '');
  return leadAddress;
}

async function connect(offer: string, changes: Record<string, unknown>): Promise<string> {
  const details = { ...contoso, offer: { id: offer, title: `Offer ${offer}` }, ...changes };
  const { body } = await ask('POST', '/api/connections', details);
  const { connectionId } = body as { connectionId: string };
  await ask('POST', `/api/connections/${connectionId}/publish`);
  await untilAccepted(await addressOf(connectionId));
  return connectionId;
}

const written = (leadIds: readonly (string | undefined)[]): Promise<void> =>
  eventually(async () => {
    const records = await control.leads(contosoHost, ['leadid']);
    expect(records.map(({ leadid }) => leadid)).toEqual(expect.arrayContaining([...leadIds]));
  }, TIME);

test('whoever signs in with whatever, and whatever is refused, no secret stands in a topic, table, log, mail or answer', async () => {
  alex = await signIn(people.owner);
  const { clientSecret, password, certificate } = await prepareDirectory();
  const unset = { applicationId: undefined, directoryId: undefined, clientSecret: undefined };
  const bySecret = await connect('by-secret', { clientSecret });
  const connections = [
    bySecret,
    await connect('by-certificate', { clientSecret: undefined, certificate }),
    await connect('by-password', {
      ...{ ...unset, authentication: 'office-365', userName: people.serviceAccount, password },
    }),
  ];

  // What people do rightly: each is validated, and leads come.
  const expected: (string | undefined)[] = [];
  for (const connectionId of connections) {
    const { body } = await ask('POST', `/api/connections/${connectionId}/validate`);
    expected.push((body as { validationId: string }).validationId);
    expected.push(await post(await addressOf(connectionId), leadNumber(expected.length)));
  }
  await written(expected);
  const before = await addressOf(bySecret);
  await ask('POST', `/api/connections/${bySecret}/rotate-address-key`);
  const address = await addressOf(bySecret);
  expect(address).not.toBe(before);
  await untilAccepted(address);

  // What they do wrongly, each with a secret in it.
  const wrong = made();
  stack.know('a wrong secret', wrong);
  for (const spoilt of [
    { clientSecret: [wrong] },
    { clientSecret: { value: wrong } },
    { authentication: 'office-365', password: wrong },
    { url: `https://x:${wrong}@${contosoHost}` },
    { certificate: `-----BEGIN PRIVATE KEY-----\n${wrong}\n-----END PRIVATE KEY-----` },
  ]) {
    const refused = await alex.ask('POST', '/api/connections', { body: { ...contoso, ...spoilt } });
    expect(refused.status).toBe(422);
  }
  const headers = { authorization: `Bearer ${wrong}` };
  expect((await fetch(`${stack.credentialsApi.url}/api/connections`, { headers })).status).toBe(401);
  for (const body of ['{', JSON.stringify({ nothing: 'here' })]) {
    await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    await fetch(`${address}/further?key=${wrong}`, { method: 'POST', body });
  }
  await fetch(address);

  // A secret that is wrong: refused, told as an incident, mended.
  await ask('PUT', `/api/connections/${bySecret}/secret`, { clientSecret: wrong });
  const waiting = await post(address, leadNumber(20));
  await eventually(async () => {
    const subjects = (await control.mails()).filter((mail) => 'x-incident-id' in mail.headers);
    expect(subjects.length).toBeGreaterThan(0);
  }, TIME);
  await ask('PUT', `/api/connections/${bySecret}/secret`, { clientSecret });
  await written([waiting]);
  await eventually(async () => {
    const told = (await control.mails()).map(({ headers: { 'x-lead-id': leadId } }) => leadId);
    expect(told).toEqual(expect.arrayContaining([...expected, waiting]));
  }, TIME);

  // What is looked at.
  const sam = await signIn(people.operator);
  for (const browser of [alex, sam]) {
    for (const path of [
      'offers',
      'leads',
      'leads.csv',
      'incidents',
      'audit',
      'lanes',
      'usage',
      'connections',
    ]) {
      await browser.ask('GET', `/api/${path}`);
    }
    for (const connectionId of connections) {
      for (const path of ['', '/versions', '/audit']) {
        await browser.ask('GET', `/api/connections/${connectionId}${path}`);
      }
    }
  }
  for (const { healthUrl } of Object.values(stack.services)) {
    for (const path of ['/metrics', '/health/ready']) await fetch(`${healthUrl}${path}`);
  }
  await ask('DELETE', `/api/connections/${bySecret}`, undefined, { 'if-match': '*' });
  await alex.ask('POST', '/sign-out');

  const { answers, ...others } = await stack.findLeaks();
  expect(others).toEqual({ topics: [], tables: [], logs: [], mails: [] });
  expect(answers.filter((name) => !TOLD_ON_PURPOSE.test(name))).toEqual([]);
  // What people are told on purpose was seen: the answers were read.
  expect(answers.filter((name) => TOLD_ON_PURPOSE.test(name)).length).toBeGreaterThan(5);
  expect(await control.tokens()).not.toHaveLength(0);
}, 400_000);

test('a secret that is let out is found, wherever it stands', async () => {
  const canary = made();
  const publisher = new Publisher(stack.kafkaAs('portal'));
  const { name: topic } = topics.alerts;
  await publisher.publishEncoded([{ topic, key: 'canary', value: JSON.stringify({ canary }) }]);
  await publisher.disconnect();
  appendFileSync(join(stack.logDir, 'portal.log'), `{"url":"/leads/${canary}"}\n`);
  // Who takes that topic cannot read it, and puts it aside into a table.
  await eventually(async () => {
    const known = new Map([['a canary', canary]]);
    const found = await stack.findLeaks({ known, answers: `?key=${canary}` });
    const where = Object.entries(found).filter(([, names]) => names.includes('a canary'));
    expect(where.map(([store]) => store).sort()).toEqual(['answers', 'logs', 'tables', 'topics']);
  }, TIME);
}, 120_000);
