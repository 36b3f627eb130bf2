import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { type Topic, topics } from '@leads/contracts';
import { openDatabase } from '@leads/database';
import { Publisher } from '@leads/kafka';
import { watchTopic } from '@leads/kafka/testing';
import { type Logger, Outbound } from '@leads/service';
import { contoso, eventually, leaksIn, people, productClientId as publicClientId } from '@leads/testing';
import { KNOWN_REGIONS } from '@leads/contracts/connection-details';
import { makeCertificate } from '@leads/testing/certificates';
import { warnOfExpiry } from './alerts/warn-of-expiry.ts';
import { addToAudit } from './audit.ts';
import { issueToken } from './issue-token.ts';
import { fileKeyRing } from './secrets/key-ring.ts';
import { Vault } from './secrets/vault.ts';
import type { CredentialsTables } from './tables.ts';
import { type Running, startForTest } from './testing/running.ts';
import { AccessTokens } from './tokens/access-tokens.ts';
import { RateLimiter } from './tokens/rate-limiter.ts';
import { signIn } from './tokens/sign-in.ts';
import { RefusedRequests } from './tokens/refused-requests.ts';
import { readRequesterKeys } from './tokens/token-request.ts';

const userName = people.serviceAccount;
const at = (connectionId: string, rest = ''): string => `/api/connections/${connectionId}${rest}`;
const made = (): string => randomBytes(24).toString('base64url');

let running: Running;
/** Everything that must stay inside. */
const secrets = new Map<string, string>();
const tokens = new Set<string>();
const addressKeys = new Set<string>();
/** Everything that was answered over HTTP. */
const answers: string[] = [];

beforeAll(async () => {
  running = await startForTest({ LOG_LEVEL: 'trace', OFFICE365_CLIENT_ID: publicClientId });
  secrets.set('the API key', running.apiKey);
  const { signingKeyFiles } = running.serviceKeys;
  const signing = JSON.parse(await readFile(signingKeyFiles.credentials, 'utf8')) as { d: string };
  secrets.set('the signing key', signing.d);
  secrets.set('the master key', (await readFile(running.masterKeyFile, 'utf8')).trim());
});
afterAll(() => running.close());

const call: Running['call'] = async (...request) => {
  const answer = await running.call(...request);
  answers.push(`${answer.text} ${JSON.stringify([...answer.headers])}`);
  const { leadAddress } = answer.body as { leadAddress?: string };
  if (leadAddress) addressKeys.add(leadAddress.split('/').at(-1) ?? '');
  return answer;
};

async function create(changes: Record<string, unknown>): Promise<string> {
  const entry = Object.entries({ ...contoso, ...changes }).filter(([, value]) => value !== undefined);
  const { status, body } = await call('POST', '/api/connections', Object.fromEntries(entry));
  expect(status).toBe(201);
  return (body as { connectionId: string }).connectionId;
}

/** Has Contoso's directory accept secrets that occur nowhere else. */
async function prepareDirectory(): Promise<{ clientSecret: string; password: string; certificate: string }> {
  const [clientSecret, password, { certificate, pem, privateKey }] = [
    made(),
    made(),
    await makeCertificate(),
  ];
  const { apps = [], users = [] } = await running.control.tenant(contoso.directoryId);
  await running.control.changeTenant(contoso.directoryId, {
    apps: apps.map((app) =>
      app.clientId === contoso.applicationId
        ? { ...app, secrets: [{ value: clientSecret }], certificates: [{ pem: certificate }] }
        : app,
    ),
    users: users.map((user) => (user.username === userName ? { ...user, password } : user)),
  });
  secrets.set('a client secret', clientSecret);
  secrets.set('a password', password);
  // A line from the middle: what a leak of any part of the key would have.
  secrets.set('a private key', privateKey.trim().split('\n')[10] ?? '');
  return { clientSecret, password, certificate: pem };
}

async function remember(connectionId: string, refresh = false): Promise<void> {
  const answer = await running.requester.ask(connectionId, { refresh });
  if (answer.kind === 'token') tokens.add(answer.accessToken);
}

/** A day of renewals on a clock of its own, with the service's parts on the stack's database and broker. */
async function liveThroughADay(connectionIds: string[], lines: string[]): Promise<void> {
  const note = (...line: unknown[]): number => lines.push(inspect(line, { depth: 20 }));
  const log = { info: note, warn: note, error: note } as unknown as Logger;
  const database = openDatabase<CredentialsTables>(
    { url: running.databaseUrl, schema: 'credentials', poolSize: 4, application: 'day' },
    note,
  );
  const publisher = new Publisher(running.kafka);
  const sender = new Outbound({
    resolver: running.emulatorsUrl,
    connections: 8,
    timeoutMs: 5_000,
    maxBodyBytes: 100_000,
  });
  let clock = Date.now();
  const now = (): Date => new Date(clock);
  const vault = new Vault(fileKeyRing(running.masterKeyFile));
  const ask = signIn({ database, vault, sender, regions: KNOWN_REGIONS, publicClientId });
  const accessTokens = new AccessTokens({
    database,
    ask: async (connection) => {
      const answer = await ask(connection);
      if (answer.kind !== 'token') return answer;
      tokens.add(answer.accessToken);
      // MSAL reckons with the machine's clock.
      return { ...answer, expiresAt: new Date(clock + (answer.expiresAt.getTime() - Date.now())) };
    },
    limiter: new RateLimiter({ perSecond: 1_000, now: () => clock, sleep: () => Promise.resolve() }),
    now,
    random: Math.random,
    log,
  });
  const refused = new RefusedRequests((line) => addToAudit(database, line));
  const requesterKeys = readRequesterKeys(running.requester.jwks);
  const before = tokens.size;
  for (let quarter = 0; quarter < 96; quarter += 1) {
    clock += 15 * 60_000;
    const iat = Math.floor(clock / 1_000);
    await warnOfExpiry(database, now());
    await Promise.all(
      connectionIds.map(async (connectionId) => {
        const { request } = await running.requester.request(connectionId, { iat, exp: iat + 30 });
        await issueToken(request, { database, accessTokens, requesterKeys, publisher, log, refused, now });
      }),
    );
  }
  expect(tokens.size - before).toBeGreaterThan(24 * connectionIds.length * 0.9);
  await publisher.disconnect();
  await sender.close();
  await database.destroy();
}

/** Every row as text, and the pages of every table, index and TOAST table as they lie on the disk. */
async function readDatabase(): Promise<string> {
  const client = new pg.Client({ connectionString: running.databaseUrl });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'credentials'`,
  );
  const parts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ line: string }>(
      `select t::text as line from credentials.${name} t`,
    );
    parts.push(...rows.map(({ line }) => line));
  }
  expect(tables.length).toBeGreaterThan(8);
  await client.query('checkpoint');
  const { rows: files } = await client.query<{ bytes: Buffer }>(
    `select pg_read_binary_file(path) as bytes
       from (select pg_relation_filepath(oid) as path from pg_class where relkind in ('r', 'i', 't')) files
      where path is not null`,
  );
  parts.push(...files.map(({ bytes }) => bytes.toString('latin1')));
  await client.end();
  return parts.join('\n');
}

/** The topics that a day of use writes to. */
const written = new Set<Topic>([
  topics.connections,
  topics.validations,
  topics.alerts,
  topics.tokensRequested,
  topics.tokensIssued,
]);

/** Every record of every topic. */
async function readTopics(): Promise<string> {
  const parts = await Promise.all(
    Object.values<Topic>(topics).map(async (topic) => {
      const reading = await watchTopic(running.kafka, topic);
      try {
        await untilNothingComes(() => reading.records.length, written.has(topic) ? 1 : 0);
        return reading.records.map((record) => JSON.stringify(record));
      } finally {
        await reading.close();
      }
    }),
  );
  return parts.flat().join('\n');
}

/** At least so many are there, and for two seconds no more have come. */
async function untilNothingComes(count: () => number, atLeast: number): Promise<void> {
  let [seen, since] = [count(), performance.now()];
  await eventually(
    () => {
      if (count() !== seen) [seen, since] = [count(), performance.now()];
      expect(seen).toBeGreaterThanOrEqual(atLeast);
      expect(performance.now() - since).toBeGreaterThan(2_000);
    },
    { timeoutMs: 30_000, everyMs: 100 },
  );
}

test('after a day of use no secret and no token stands in any topic, log, table, page or answer', async () => {
  const { clientSecret, password, certificate } = await prepareDirectory();
  const application = await create({
    clientSecret,
    clientSecretExpiresOn: new Date().toISOString().slice(0, 10),
  });
  const signed = await create({ clientSecret: undefined, certificate });
  const user = await create({
    authentication: 'office-365',
    ...{ applicationId: undefined, directoryId: undefined, clientSecret: undefined },
    userName,
    password,
  });
  const wrong = made();
  secrets.set('a wrong secret', wrong);
  const mistaken = await create({ clientSecret: wrong });

  // What people do, rightly and wrongly.
  for (const connectionId of [application, signed, user, mistaken]) {
    await call('POST', at(connectionId, '/publish'));
    await call('GET', at(connectionId));
    await call('POST', at(connectionId, '/validate'));
    await remember(connectionId);
    await remember(connectionId, true);
  }
  for (const spoilt of [
    { clientSecret: `${wrong} ` },
    { clientSecret: [wrong] },
    { clientSecret: { value: wrong } },
    { authentication: 'office-365', password: wrong },
    { url: `https://x:${wrong}@contoso.crm4.dynamics.com` },
    { certificate: `-----BEGIN PRIVATE KEY-----\n${wrong}\n-----END PRIVATE KEY-----` },
  ]) {
    expect((await call('POST', '/api/connections', { ...contoso, ...spoilt })).status).toBe(422);
  }
  await call('GET', '/api/connections', undefined, { authorization: `Bearer ${wrong}` });
  await call('PUT', at(mistaken, '/secret'), { clientSecret });
  await remember(mistaken);
  await call('POST', at(mistaken, '/rotate-address-key'));
  await call('POST', at(mistaken, '/versions/1/restore'), { clientSecret }, { 'if-match': '"4"' });
  await running.control.addFault({
    host: 'login.microsoftonline.com',
    kind: 'status',
    status: 502,
    body: '<html>',
  });
  await call('PUT', at(mistaken, '/secret'), { clientSecret });
  await remember(mistaken);
  await running.control.clearFaults();
  for (const path of [
    '/api/connections',
    at(mistaken, '/versions'),
    at(mistaken, '/audit'),
    '/metrics',
    '/health/ready',
  ]) {
    await call('GET', path);
  }
  await call('DELETE', at(mistaken), undefined, { 'if-match': '*' });
  const lines: string[] = [];
  await liveThroughADay([application, signed, user], lines);

  const inside = new Map([
    ...secrets,
    ...[...tokens].map((token, index) => [`token ${index}`, token] as const),
  ]);
  const keys = new Map([...addressKeys].map((key, index) => [`address key ${index}`, key] as const));
  expect(tokens.size).toBeGreaterThan(60);
  expect(addressKeys.size).toBeGreaterThanOrEqual(5);
  const [read, stored, logged, answered] = [
    await readTopics(),
    await readDatabase(),
    `${running.service.output()}\n${lines.join('\n')}`,
    answers.join('\n'),
  ];
  // What was read is what was there: public facts do occur.
  for (const text of [read, stored, answered]) expect(text).toContain('marketing@contoso.example');
  expect(logged).toContain(application);
  expect(leaksIn(`before ${clientSecret} after`, inside)).toEqual(['a client secret']);

  expect(leaksIn(read, new Map([...inside, ...keys]))).toEqual([]);
  expect(leaksIn(stored, new Map([...inside, ...keys]))).toEqual([]);
  expect(leaksIn(logged, new Map([...inside, ...keys]))).toEqual([]);
  expect(leaksIn(answered, inside)).toEqual([]);
}, 180_000);
