import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ConnectionChanged, LeadAccepted, topics } from '@leads/contracts';
import { migrate, openDatabase } from '@leads/database';
import { provisionTopics, Publisher } from '@leads/kafka';
import {
  eventually,
  Gate,
  type ServiceProcess,
  skewedClock,
  startServiceProcess,
  testDatabase,
  type TestDatabase,
  testKafka,
  writeServiceKeys,
} from '@leads/testing';
import { type Insertable, type Kysely, sql } from 'kysely';
import { watchAcceptedLeads, type WatchedLeads } from './testing/watch-accepted-leads.ts';
import { addressKeyHash } from './fingerprint.ts';
import type { GatewayTables } from './tables.ts';

const APP = new URL('../', import.meta.url);
const CONNECTION = randomUUID();
const KEY = randomBytes(24).toString('base64url');
const PASCAL = readFileSync(
  new URL('../../../libs/contracts/samples/marketplace/lead-pascal.json', import.meta.url),
  'utf8',
);

const kafka = testKafka();
let server: TestDatabase;
let database: Kysely<GatewayTables>;
let gateway: ServiceProcess;
let watched: WatchedLeads;
let settings: Record<string, string>;
let folder: string;

beforeAll(async () => {
  [server] = await Promise.all([
    testDatabase((url) => migrate({ url, schema: 'gateway', folder: new URL('migrations/', APP) })),
    provisionTopics(kafka, { replicationFactor: 1 }),
  ]);
  folder = await mkdtemp(`${tmpdir()}/gateway-`);
  settings = {
    DATABASE_URL: server.url,
    KAFKA_BROKERS: kafka.brokers.join(),
    KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
    ...(await writeServiceKeys(folder)).settingsOf('ingest-gateway'),
    LOG_LEVEL: 'trace',
  };
  database = openDatabase(
    { url: server.url, schema: 'gateway', poolSize: 4, application: 'test' },
    () => undefined,
  );
  [gateway, watched] = await Promise.all([startServiceProcess(APP, settings), watchAcceptedLeads(kafka)]);
}, 60_000);
afterAll(async () => {
  await Promise.all([gateway?.end(), watched?.close()]);
  await database.destroy();
  await server.drop();
  await rm(folder, { recursive: true });
}, 30_000);
beforeEach(async () => {
  await sql`truncate connections, accepted, quarantine, quarantine_overflow, undecodable`.execute(database);
  await addConnection(CONNECTION, KEY, 'published');
});

async function addConnection(
  connectionId: string,
  key: string,
  state: ConnectionChanged['state'],
  others: Partial<Insertable<GatewayTables['connections']>> = {},
): Promise<void> {
  const known = { connection_id: connectionId, version: 1, state, address_key_hash: addressKeyHash(key) };
  await database
    .insertInto('connections')
    .values({ ...known, ...others })
    .execute();
}

const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);

/** A lead that no other test posts. */
function body(): string {
  return JSON.stringify({
    userDetails: { firstName: 'Ana', lastName: 'Trujillo', email: `${randomUUID()}@adatum.com` },
    leadSource: 'AzureMarketplace',
    offerTitle: 'Contoso Analytics',
  });
}

interface Posted {
  status: number;
  headers: Headers;
  answer: Record<string, unknown>;
}

async function post(
  content: RequestInit['body'],
  { key = KEY, type = 'application/json', url = gateway.url, ...init }: PostOptions = {},
): Promise<Posted> {
  const response = await fetch(`${url}/leads/${key}`, {
    method: 'POST',
    body: content ?? null,
    ...init,
    headers: { ...(type === '' ? {} : { 'content-type': type }), ...init.headers },
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    answer: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

type PostOptions = {
  key?: string;
  type?: string;
  url?: string;
  method?: string;
  duplex?: 'half';
  headers?: Record<string, string>;
};

/** All that a post could change. */
async function everyRow(): Promise<unknown> {
  const tables = ['connections', 'accepted', 'quarantine', 'undecodable', 'outbox'];
  return Promise.all(
    tables.map(async (table) => (await sql`select * from ${sql.table(table)}`.execute(database)).rows),
  );
}

describe('a posted lead', () => {
  test('is answered 202 with its id and becomes one event that holds it as it came', async () => {
    const { status, answer } = await post(PASCAL);
    expect([status, answer]).toEqual([
      202,
      { leadId: expect.stringMatching(/^[0-9a-f-]{36}$/), traceId: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ]);
    const leadId = answer['leadId'] as string;
    const events = await eventually(() => {
      const found = watched.withId(leadId);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(events[0]).toMatchObject({
      connectionId: CONNECTION,
      isTest: false,
      original: PASCAL,
      lead: { offerTitle: 'Contoso Analytics', customer: { lastName: 'Trujillo', company: 'Adatum' } },
    });
    expect(LeadAccepted.safeParse(events[0]).success).toBe(true);
  });

  test('is answered only after it is committed', async () => {
    const content = body();
    let answered = false;
    const holder = await database.startTransaction().execute();
    await sql`lock table outbox in exclusive mode`.execute(holder);
    const posted = post(content).then((result) => {
      answered = true;
      return result;
    });
    try {
      await eventually(async () => {
        const { rows } = await sql`
          select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%insert into accepted%'
            and datname = current_database() and pid <> pg_backend_pid()`.execute(database);
        expect(rows).toHaveLength(1);
      });
      expect(answered).toBe(false);
      expect(await database.selectFrom('accepted').select('lead_id').execute()).toEqual([]);
    } finally {
      await holder.rollback().execute();
    }
    const { status, answer } = await posted;
    expect(status).toBe(202);
    expect(await database.selectFrom('accepted').select('lead_id').execute()).toEqual([
      { lead_id: answer['leadId'] },
    ]);
  });

  test('is one lead when equal ones come at the same time, whatever the spelling of their keys', async () => {
    const content = body();
    const spelled = content
      .replace('"userDetails"', '"UserDetails"')
      .replace('"offerTitle"', ' "OFFERTITLE"');
    const posts = await Promise.all(
      Array.from({ length: 20 }, (_, index) => post(index % 2 ? content : spelled)),
    );
    expect(posts.map(({ status }) => status)).toEqual(posts.map(() => 202));
    expect(new Set(posts.map(({ answer }) => answer['leadId'])).size).toBe(1);
    expect(posts.filter(({ answer }) => answer['duplicate'] !== true)).toHaveLength(1);
    await outboxIsEmpty();
    const { rows } = await sql<{ repeats: number }>`select repeats from accepted`.execute(database);
    expect(rows).toEqual([{ repeats: 19 }]);
    await eventually(() => expect(watched.withId(posts[0]?.answer['leadId'])).toHaveLength(1));
    await eventually(() => expect(watched.repeatsOf(posts[0]?.answer['leadId'])).toHaveLength(19));
  });

  test('says when it began to come, apart from when it was taken in', async () => {
    const key = randomUUID();
    await addConnection(randomUUID(), key, 'published');
    const holder = await database.startTransaction().execute();
    await sql`lock table connections in access exclusive mode`.execute(holder);
    const posted = post(body(), { key });
    try {
      await eventually(async () => {
        const { rows } = await sql`
          select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%address_key_hash%'
            and datname = current_database() and pid <> pg_backend_pid()`.execute(database);
        expect(rows).toHaveLength(1);
      });
      // Far more than by how much two readings of a clock across the network can differ.
      await sql`select pg_sleep(0.5)`.execute(holder);
    } finally {
      await holder.rollback().execute();
    }
    const { answer } = await posted;
    const [event] = await eventually(() => {
      const found = watched.withId(answer['leadId']);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(Date.parse(event?.acceptedAt ?? '') - Date.parse(event?.receivedAt ?? '')).toBeGreaterThan(250);
  });

  test.each<[string, string, (text: string) => RequestInit['body'], Record<string, string>]>([
    ['a charset', 'application/json; charset=utf-8', (text) => text, {}],
    ['another casing of the content type', 'Application/JSON', (text) => text, {}],
    ['another content type', 'text/plain', (text) => text, {}],
    ['no content type', '', (text) => Buffer.from(text), {}],
    ['a content type that is none', 'nonsense', (text) => text, {}],
    ['a byte order mark', 'application/json', (text) => `\ufeff${text}`, {}],
    ['UTF-16', 'application/json', (text) => Buffer.from(text, 'utf16le'), {}],
    ['Latin-1', 'application/json', (text) => Buffer.from(text.replace('Ana', 'Aña'), 'latin1'), {}],
    ['gzip', 'application/json', (text) => gzipSync(text), { 'content-encoding': 'gzip' }],
    ['deflate', 'application/json', (text) => deflateSync(text), { 'content-encoding': 'deflate' }],
  ])('may come with %s, and is kept byte for byte', async (_, type, write, headers) => {
    const text = body();
    const content = write(text) as string | Buffer<ArrayBuffer>;
    const { status, answer } = await post(content, { type, headers });
    expect(status).toBe(202);
    const [event] = await eventually(() => {
      const found = watched.withId(answer['leadId']);
      expect(found).toHaveLength(1);
      return found;
    });
    const { original = '', originalBytes, lead } = event ?? {};
    expect(Buffer.from(originalBytes ?? original, originalBytes ? 'base64' : 'utf8')).toEqual(
      Buffer.from(content),
    );
    expect(lead?.customer).toMatchObject({
      lastName: 'Trujillo',
      firstName: expect.stringMatching(/^A[nñ]a$/),
    });
    expect((JSON.parse(original) as { offerTitle: string }).offerTitle).toBe('Contoso Analytics');
  });

  test('may come as a form', async () => {
    const form = `first_name=Jos%C3%A9&email=${randomUUID()}%40adatum.com&lead_source=AzureMarketplace-INS%7CX`;
    const { status, answer } = await post(form, { type: 'application/x-www-form-urlencoded' });
    expect(status).toBe(202);
    await eventually(() =>
      expect(watched.withId(answer['leadId'])).toMatchObject([
        { original: form, lead: { customer: { firstName: 'José' }, leadSource: 'AzureMarketplace-INS|X' } },
      ]),
    );
  });

  test('may come with others in one body: each is a lead with its own part of it, and one answer names all', async () => {
    const [one, two] = [JSON.parse(body()) as object, JSON.parse(body()) as object];
    const { status, answer } = await post(JSON.stringify({ value: [one, two, one] }));
    const leads = answer['leads'] as { leadId: string; duplicate?: true }[];
    expect([status, answer['leadId']]).toEqual([202, leads[0]?.leadId]);
    expect(leads).toHaveLength(3);
    const ids = new Set(leads.map(({ leadId }) => leadId));
    expect([ids.size, leads.filter(({ duplicate }) => duplicate).length]).toEqual([2, 1]);
    await eventually(() => {
      const originals = [...ids].flatMap((id) => watched.withId(id)).map(({ original }) => original);
      expect(new Set(originals)).toEqual(new Set([one, two].map((each) => JSON.stringify(each))));
    });
    expect(await database.selectFrom('quarantine').select('repeats').execute()).toEqual([]);
  });

  test('is one although another in its body is not understood, which is kept', async () => {
    const content = JSON.stringify([JSON.parse(body()), { foo: 'bar' }]);
    const { status, answer } = await post(content);
    expect([status, answer['notUnderstood']]).toEqual([
      202,
      { kept: true, detail: expect.stringMatching(/not understood.*Do not send again.*is kept/) },
    ]);
    const kept = await database.selectFrom('quarantine').select(['body', 'why']).execute();
    expect(kept).toEqual([{ body: Buffer.from(content), why: 'no-lead' }]);
  });

  test.each([
    ['a slash at its end', '/leads/KEY/'],
    ['doubled slashes', '//leads//KEY//'],
    ['another case', '/LEADS/KEY'],
    ['a query', '/Leads/KEY/?code=1'],
  ])('may come to its address with %s', async (_, path) => {
    const response = await fetch(gateway.url + path.replace('KEY', KEY), { method: 'POST', body: body() });
    expect(response.status).toBe(202);
  });

  test('comes to no address whose key has another case', async () => {
    const other = KEY.toLowerCase() === KEY ? KEY.toUpperCase() : KEY.toLowerCase();
    expect((await post(body(), { key: other })).status).toBe(404);
  });

  test('may have exactly 64 KiB', async () => {
    const sparse = { userDetails: { email: 'ana@adatum.com' }, description: '' };
    const room = 64 * 1024 - JSON.stringify(sparse).length;
    const content = JSON.stringify({ ...sparse, description: 'x'.repeat(room) });
    expect((await post(content)).status).toBe(202);
  });

  test('leaves neither its content nor the address key in the log, but one line with its id', async () => {
    const { answer } = await post(PASCAL);
    await post('{ "Trujillo"');
    await post(PASCAL, { key: 'nobodys-key' });
    const line = await eventually(() => {
      const found = gateway
        .output()
        .split('\n')
        .filter((each) => each.includes(answer['leadId'] as string));
      expect(found).toHaveLength(1);
      return JSON.parse(found[0] ?? '') as unknown;
    });
    expect(line).toMatchObject({
      connectionId: CONNECTION,
      duplicate: false,
      bytes: Buffer.byteLength(PASCAL),
    });
    expect(gateway.output()).not.toContain(KEY);
    expect(gateway.output()).not.toContain('nobodys-key');
    expect(gateway.output()).not.toMatch(/Trujillo|adatum/i);
  });
});

async function outboxIsEmpty(): Promise<void> {
  await eventually(async () => {
    expect(await database.selectFrom('outbox').select('id').execute()).toEqual([]);
  });
}

describe('a post that is refused', () => {
  const large = 'x'.repeat(70 * 1024);
  const endless = (): ReadableStream => new Blob([large]).stream();

  test.each<[string, number, () => RequestInit['body'], PostOptions]>([
    ['an unknown address key', 404, body, { key: 'nobodys-key' }],
    ['an unknown address key and a body that is no JSON', 404, () => '{', { key: 'nobodys-key' }],
    ['an unknown address key and a body too large', 404, () => large, { key: 'nobodys-key' }],
    ['an address that cannot be one', 404, body, { key: '%zz' }],
    ['an address key longer than any', 404, body, { key: 'x'.repeat(200) }],
    ['an empty body', 400, () => '', {}],
    ['no body', 400, () => null, {}],
    ['a body above 64 KiB', 413, () => JSON.stringify({ description: large }), {}],
    ['a body above 64 KiB of unknown length', 413, endless, { duplex: 'half' }],
    [
      'a small body that unpacks to more than 64 KiB',
      413,
      () => gzipSync(Buffer.alloc(10_000_000)),
      { headers: { 'content-encoding': 'gzip' } },
    ],
    ['a look at an unknown address key', 404, () => null, { key: 'nobodys-key', method: 'GET', type: '' }],
    ['PUT', 405, body, { method: 'PUT' }],
    ['PATCH', 405, body, { method: 'PATCH' }],
    ['DELETE', 405, () => null, { method: 'DELETE' }],
    ['OPTIONS', 405, () => null, { method: 'OPTIONS', type: '' }],
  ])('for %s is answered %i in words and changes nothing', async (_, status, content, options) => {
    await outboxIsEmpty();
    const before = await everyRow();
    const refused = await post(content(), options);
    expect(refused.status).toBe(status);
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(refused.answer).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
    expect(JSON.stringify(refused.answer)).not.toContain(options.key ?? KEY);
    expect(refused.answer['detail']).toMatch(/[Nn]othing was (kept|changed)/);
    expect(refused.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD, POST' : null);
    expect(await everyRow()).toEqual(before);
  });

  test('gets the same answer for a connection deleted long ago and an address that nobody has', async () => {
    await addConnection(randomUUID(), 'a-deleted-one', 'deleted', { changed_at: daysAgo(7.01) });
    await addConnection(randomUUID(), 'one-of-before', 'deleted', { changed_at: null });
    for (const method of ['POST', 'GET']) {
      const options = { method, type: '' };
      const keys = ['a-deleted-one', 'one-of-before', 'nobodys'];
      const answers = await Promise.all(
        keys.map((key) => post(method === 'GET' ? null : Buffer.from(body()), { ...options, key })),
      );
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
      expect(
        new Set(answers.map(({ answer: { traceId: _, ...answer } }) => JSON.stringify(answer))).size,
      ).toBe(1);
    }
  });

  test('does not end the connection that it came over', async () => {
    expect((await post(JSON.stringify({ description: large }))).status).toBe(413);
    expect((await post(body())).status).toBe(202);
  });
});

test.each<[string, Buffer<ArrayBuffer>, number, string, Record<string, string>]>([
  [
    'JSON without a lead',
    Buffer.from('\ufeff{ "orders": [1,  2], "text": "M\\u00fcnchen" }\n'),
    422,
    'no-lead',
    {},
  ],
  [
    'JSON without a name or an address',
    Buffer.from('{"offerTitle":"X","description":"y"}'),
    422,
    'no-lead',
    {},
  ],
  ['half of JSON', Buffer.from('{ "userDetails": '), 400, 'not-readable', {}],
  ['bytes', Buffer.from([0x80, 0xff, 0x00, 0x01]), 400, 'not-readable', {}],
  ['half of gzip', gzipSync('{}').subarray(0, 15), 400, 'not-readable', { 'content-encoding': 'gzip' }],
  ['endless nesting', Buffer.from('['.repeat(9_000) + ']'.repeat(9_000)), 422, 'too-intricate', {}],
])(
  '%s is kept byte for byte and told of, once, and the sender is told so',
  async (_, content, expected, why, headers) => {
    const told = watched.alertsOf(CONNECTION).length;
    for (let time = 0; time < 2; time++) {
      const { status, headers: answered, answer } = await post(content, { type: 'text/x-odd', headers });
      expect([status, answered.get('content-type')]).toEqual([
        expected,
        'application/problem+json; charset=utf-8',
      ]);
      expect(answer['detail']).toMatch(/kept as it came.* in the console, under "Posts put aside"/);
    }
    const kept = await database.selectFrom('quarantine').selectAll().execute();
    expect(kept).toEqual([
      expect.objectContaining({
        ...{ connection_id: CONNECTION, body: content, repeats: 1, why, content_type: 'text/x-odd' },
        content_encoding: headers['content-encoding'] ?? null,
      }),
    ]);
    expect(await database.selectFrom('accepted').select('lead_id').execute()).toEqual([]);
    await eventually(() =>
      expect(watched.alertsOf(CONNECTION).slice(told)).toMatchObject([
        { connectionId: CONNECTION, trouble: 'posts-quarantined', transition: 'triggered' },
      ]),
    );
  },
);

test('of what holds no lead only so much an hour is kept, the rest is counted, and leads come in all the same', async () => {
  for (let index = 0; index < 103; index++) {
    const { status, answer } = await post(JSON.stringify({ orders: [index] }));
    expect(status).toBe(422);
    expect(answer['detail']).toMatch(index < 100 ? /kept as it came/ : /only counted and not kept/);
  }
  const kept = await database.selectFrom('quarantine').select('repeats').execute();
  expect(kept).toHaveLength(100);
  const beyond = await database.selectFrom('quarantine_overflow').selectAll().execute();
  expect(beyond.reduce((sum, { posts }) => sum + posts, 0)).toBe(3);
  expect((await post(body())).status).toBe(202);
});

describe('a post to a connection', () => {
  test('is accepted and answered alike, published or not, paused, or deleted a while ago', async () => {
    const states = { draft: null, published: null, paused: null, deleted: daysAgo(6.9) } as const;
    for (const [state, changedAt] of Object.entries(states)) {
      const key = `is-${state}`;
      await addConnection(randomUUID(), key, state as keyof typeof states, { changed_at: changedAt });
      const { status, answer, headers } = await post(body(), { key });
      expect([status, Object.keys(answer)]).toEqual([202, ['leadId', 'traceId']]);
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      await eventually(() => expect(watched.withId(answer['leadId'])).toHaveLength(1));
      expect((await post(null, { key, method: 'GET', type: '' })).status).toBe(200);
    }
  });

  test('is a repeat for as long as its publisher has chosen', async () => {
    const repeats = async (repeatHours: number | null, ageHours: number): Promise<boolean> => {
      const [connectionId, key, content] = [randomUUID(), randomUUID(), body()];
      await addConnection(connectionId, key, 'published', { repeat_hours: repeatHours });
      await post(content, { key });
      await database
        .updateTable('accepted')
        .set({ received_at: daysAgo(ageHours / 24) })
        .where('connection_id', '=', connectionId)
        .execute();
      return (await post(content, { key })).answer['duplicate'] === true;
    };
    expect(await Promise.all([repeats(null, 23), repeats(null, 25)])).toEqual([true, false]);
    expect(await Promise.all([repeats(168, 167), repeats(168, 169)])).toEqual([true, false]);
    expect(await Promise.all([repeats(1, 0), repeats(1, 2), repeats(0, 0)])).toEqual([true, false, false]);
  });
});

describe('a look at an address', () => {
  test.each(['GET', 'HEAD'])('by %s says that it works, and not whose it is', async (method) => {
    const response = await fetch(`${gateway.url}/leads/${KEY}/`, { method });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    const page = await response.text();
    if (method === 'GET') expect(page).toContain('This is a lead address, and it works');
    expect(page).not.toMatch(/contoso/i);
    expect(page).not.toContain(KEY);
  });
});

describe('a repeat', () => {
  const keyed = (name: string, key: string): PostOptions => ({ headers: { [name]: key } });

  test.each(['idempotency-key', 'webhook-id'])(
    'is known by its %s: another is another lead',
    async (name) => {
      const content = body();
      const first = await post(content, keyed(name, 'one'));
      const again = await post(` ${content}`, keyed(name, 'one'));
      const other = await post(content, keyed(name, 'two'));
      expect(again.answer).toEqual({
        ...{ ...first.answer, duplicate: true },
        traceId: expect.not.stringContaining(first.answer['traceId'] as string),
      });
      expect(other.answer).toMatchObject({
        leadId: expect.not.stringContaining(first.answer['leadId'] as string),
      });
    },
  );

  test('loses nobody where a key is used again for another customer', async () => {
    const [first, second] = [
      await post(body(), keyed('webhook-id', 'x')),
      await post(body(), keyed('webhook-id', 'x')),
    ];
    expect(second.answer).toMatchObject({
      leadId: expect.not.stringContaining(first.answer['leadId'] as string),
    });
  });

  test('of a lead without a name or an address is another lead, unless its sender gives it a key', async () => {
    const sparse = JSON.stringify({
      userDetails: { firstName: '', lastName: '', email: '', phone: '', country: 'US', company: 'Contoso' },
      ...{ leadSource: 'AzureMarketplace-INS|contoso.contoso-analytics', actionCode: 'INS' },
    });
    const posts = await Promise.all([post(sparse), post(sparse)]);
    expect(posts.map(({ answer }) => answer['duplicate'])).toEqual([undefined, undefined]);
    expect(new Set(posts.map(({ answer }) => answer['leadId'])).size).toBe(2);
    await post(sparse, keyed('idempotency-key', 'k'));
    expect((await post(sparse, keyed('idempotency-key', 'k'))).answer['duplicate']).toBe(true);
  });
});

describe('who posts too often', () => {
  let limited: ServiceProcess;
  beforeAll(async () => {
    const rates = { POSTS_PER_MINUTE: '3', UNKNOWN_ADDRESSES_PER_MINUTE: '2', TRUSTED_PROXIES: '1' };
    limited = await startServiceProcess(APP, { ...settings, ...rates });
  });
  afterAll(() => limited.end());

  test('is told when to come again, at one address and not at others', async () => {
    const other = randomUUID();
    await addConnection(randomUUID(), other, 'published');
    const posts: Posted[] = [];
    for (let count = 0; count < 4; count += 1) posts.push(await post(body(), { url: limited.url }));
    expect(posts.map(({ status }) => status)).toEqual([202, 202, 202, 429]);
    const refused = posts[3];
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused?.answer['detail']).toMatch(/does not count as taken in/);
    expect((await post(body(), { url: limited.url, key: other })).status).toBe(202);
  });

  test('by guessing at addresses, is refused guesses and no lead', async () => {
    const key = randomUUID();
    await addConnection(randomUUID(), key, 'published');
    const from = (source: string, to = randomUUID() as string): Promise<Posted> =>
      post(body(), { url: limited.url, key: to, headers: { 'x-forwarded-for': `1.2.3.4, ${source}` } });
    expect((await from('192.0.2.1', key)).status).toBe(202);
    const guesses: number[] = [];
    for (let count = 0; count < 3; count += 1) guesses.push((await from('192.0.2.1')).status);
    expect(guesses).toEqual([404, 404, 429]);
    expect((await from('192.0.2.1', key)).status).toBe(202);
    expect((await from('192.0.2.2')).status).toBe(404);
  });
});

describe('a connection', () => {
  const publisher = new Publisher(kafka);
  afterAll(() => publisher.disconnect());

  const changed = (
    connectionId: string,
    version: number,
    facts: Partial<ConnectionChanged>,
  ): ConnectionChanged => ({
    connectionId,
    version,
    changedAt: new Date().toISOString(),
    publisher: { id: 'contoso', name: 'Contoso' },
    offer: { id: 'contoso-analytics', title: 'Contoso Analytics' },
    leadDestination: 'dynamics-365',
    url: 'https://contoso.crm4.dynamics.com',
    authentication: 'azure-active-directory',
    contactEmails: [],
    state: 'published',
    addressKeyHash: addressKeyHash(connectionId),
    secretVersion: 1,
    ...facts,
  });

  test('takes leads in as its newest version says, whatever comes late or again', async () => {
    const [published, paused, deleted, rotated, overlapping] = Array.from({ length: 5 }, () =>
      randomUUID(),
    ) as [string, string, string, string, string];
    await publisher.publish(topics.connections, [
      changed(published, 1, { state: 'draft' }),
      changed(published, 2, { repeatHours: 0 }),
      changed(paused, 1, {}),
      changed(paused, 2, { state: 'paused' }),
      changed(deleted, 1, {}),
      changed(deleted, 2, { state: 'deleted' }),
      changed(rotated, 1, {}),
      changed(rotated, 2, { addressKeyHash: addressKeyHash('the-new-key') }),
      changed(overlapping, 1, {}),
      changed(overlapping, 2, {
        addressKeyHash: addressKeyHash('the-newer-key'),
        earlierAddresses: [{ keyHash: addressKeyHash(overlapping), until: daysAgo(-1).toISOString() }],
      }),
    ]);
    const late = [
      changed(published, 1, { state: 'draft' }),
      changed(deleted, 1, {}),
      changed(rotated, 1, {}),
    ];
    const last = randomUUID();
    await publisher.publish(topics.connections, [...late, changed(last, 1, {})]);
    await eventually(async () => expect((await post(body(), { key: last })).status).toBe(202));
    for (const key of [overlapping, 'the-newer-key']) expect((await post(body(), { key })).status).toBe(202);
    const keys = [published, paused, deleted, rotated, 'the-new-key'];
    const answers = await Promise.all(keys.map((key) => post(body(), { key })));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 404, 202]);
    const content = body();
    const twice = [await post(content, { key: published }), await post(content, { key: published })];
    expect(twice.map(({ answer }) => answer['duplicate'])).toEqual([undefined, undefined]);
  });
});

/** A gateway with a database of its own, and a broker that is away until its gate is opened. */
async function startWithoutBroker(changes: Record<string, string> = {}) {
  const [host = '', port = ''] = (kafka.brokers[0] ?? '').split(':');
  const gate = new Gate({ host, port: Number(port) });
  // Opened once, so that the address is known.
  await gate.open();
  await gate.shut();
  const other = await testDatabase((url) =>
    migrate({ url, schema: 'gateway', folder: new URL('migrations/', APP) }),
  );
  const rows = openDatabase<GatewayTables>(
    { url: other.url, schema: 'gateway', poolSize: 1, application: 'test' },
    () => undefined,
  );
  const connection = { connection_id: CONNECTION, version: 1, state: 'published' } as const;
  await rows
    .insertInto('connections')
    .values({ ...connection, address_key_hash: addressKeyHash(KEY) })
    .execute();
  const service = await startServiceProcess(APP, {
    ...settings,
    DATABASE_URL: other.url,
    KAFKA_BROKERS: `127.0.0.1:${gate.port}`,
    ...changes,
  });
  const end = async (): Promise<void> => {
    await service.end();
    await gate.shut();
    await rows.destroy();
    await other.drop();
  };
  return { service, gate, rows, end };
}

describe('when a server is away', () => {
  test('without the database a lead is answered 503, and 202 as soon as it is back', async () => {
    const target = new URL(server.url);
    const gate = new Gate({ host: target.hostname, port: Number(target.port) });
    await gate.open();
    target.hostname = '127.0.0.1';
    target.port = String(gate.port);
    const cutOff = await startServiceProcess(APP, { ...settings, DATABASE_URL: target.href });
    try {
      const content = body();
      expect((await post(body(), { url: cutOff.url })).status).toBe(202);
      await gate.shut();
      const unready = await fetch(`${cutOff.url}/health/ready`);
      expect([unready.status, await unready.json()]).toEqual([
        503,
        expect.objectContaining({ waitingFor: [{ name: 'database', why: 'does not answer' }] }),
      ]);
      const { status, headers, answer } = await post(content, { url: cutOff.url });
      expect([status, headers.get('content-type')]).toEqual([503, 'application/problem+json; charset=utf-8']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer['detail']).toMatch(/does not count as taken in.*Send it anew/s);
      await gate.open();
      const again = await eventually(async () => {
        const result = await post(content, { url: cutOff.url });
        expect(result.status).toBe(202);
        return result;
      });
      expect(again.answer['duplicate']).toBeUndefined();
    } finally {
      await cutOff.end();
      await gate.shut();
    }
  }, 60_000);

  test('a sender is told at once, and once the database answers again leads are taken in without waiting for what hangs', async () => {
    const target = new URL(server.url);
    const gate = new Gate({ host: target.hostname, port: Number(target.port) });
    await gate.open();
    target.hostname = '127.0.0.1';
    target.port = String(gate.port);
    const cutOff = await startServiceProcess(APP, { ...settings, DATABASE_URL: target.href });
    const timed = async (): Promise<{ status: number; ms: number }> => {
      const began = performance.now();
      const { status } = await post(body(), { url: cutOff.url });
      return { status, ms: performance.now() - began };
    };
    try {
      await eventually(async () => expect((await timed()).status).toBe(202));
      // Silent, and silent again for whoever connects anew: as a machine that is gone without a word.
      const hushing = setInterval(() => gate.hush(), 5);
      const waited = await Promise.all(Array.from({ length: 50 }, timed));
      expect(new Set(waited.map(({ status }) => status))).toEqual(new Set([503]));
      const next = await Promise.all(Array.from({ length: 50 }, timed));
      clearInterval(hushing);
      // Far less than a silent database is waited for, on a machine however busy.
      expect(next.filter(({ status, ms }) => status !== 503 || ms > 2_000)).toEqual([]);
      // Well before what hangs would be given up.
      await eventually(async () => expect((await timed()).status).toBe(202), { timeoutMs: 6_000 });
    } finally {
      await cutOff.end();
      await gate.shut();
    }
  }, 60_000);

  test('with as many events in the outbox as it may hold no lead is taken in, until there is room', async () => {
    const { service: full, gate, end } = await startWithoutBroker({ OUTBOX_EVENTS_AT_MOST: '3' });
    try {
      const refused = await eventually(async () => {
        const answered = await post(body(), { url: full.url });
        expect(answered.status).toBe(503);
        return answered;
      });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.answer['detail']).toMatch(/does not count as taken in/);
      await gate.open();
      await eventually(async () => expect((await post(body(), { url: full.url })).status).toBe(202), {
        timeoutMs: 60_000,
      });
    } finally {
      await end();
    }
  }, 120_000);

  test('a gateway that starts without the broker is ready and says what is amiss; a lead is accepted, and its event is published when the broker is back', async () => {
    const { service: cutOff, gate, rows, end } = await startWithoutBroker();
    try {
      const ready = await fetch(`${cutOff.url}/health/ready`);
      expect([ready.status, await ready.json()]).toEqual([
        200,
        {
          status: 'ready',
          degraded: ['once-per-service', 'every-instance'].map((delivery) => ({
            name: `kafka consumer (${delivery})`,
            why: 'has not joined its group',
          })),
        },
      ]);
      const { status, answer } = await post(body(), { url: cutOff.url });
      expect(status).toBe(202);
      // The relay has taken the event in hand and stands before a broker that is not there.
      await eventually(async () => {
        const { rows: relaying } = await sql`
          select 1 from pg_stat_activity where state = 'idle in transaction' and query like '%from outbox%'
            and datname = current_database()`.execute(rows);
        expect(relaying).toHaveLength(1);
      });
      expect(watched.withId(answer['leadId'])).toHaveLength(0);
      await gate.open();
      await eventually(() => expect(watched.withId(answer['leadId'])).toHaveLength(1), { timeoutMs: 60_000 });
      await eventually(
        async () => {
          const whole = await fetch(`${cutOff.url}/health/ready`);
          expect([whole.status, await whole.json()]).toEqual([200, { status: 'ready' }]);
        },
        { timeoutMs: 60_000 },
      );
    } finally {
      await end();
    }
  }, 150_000);

  test('a gateway killed among posts loses no lead that it has answered 202', async () => {
    const victim = await startServiceProcess(APP, settings);
    const accepted: unknown[] = [];
    const posting = Array.from({ length: 8 }, async () => {
      for (;;) {
        const posted = await post(body(), { url: victim.url }).catch(() => undefined);
        if (!posted) return;
        if (posted.status === 202) accepted.push(posted.answer['leadId']);
      }
    });
    await eventually(() => expect(accepted.length).toBeGreaterThan(100));
    await victim.end('SIGKILL');
    await Promise.all(posting);
    await eventually(() => expect(accepted.filter((id) => watched.withId(id).length === 0)).toEqual([]));
  }, 60_000);
});

test('a repeat is one on whichever machine it comes, though their clocks are five minutes apart', async () => {
  const window = { ...settings, DEDUPE_WINDOW_SECONDS: '60' };
  const gateways = await Promise.all(
    [0, 5, -5].map((minutes) => startServiceProcess(APP, { ...window, ...skewedClock(minutes * 60_000) })),
  );
  try {
    for (const [index, first] of gateways.entries()) {
      const content = JSON.stringify({ ...(JSON.parse(PASCAL) as object), OfferTitle: `Clocks ${index}` });
      expect((await post(content, { url: first.url })).answer['duplicate']).toBeUndefined();
      for (const { url } of gateways) expect((await post(content, { url })).answer['duplicate']).toBe(true);
    }
  } finally {
    await Promise.all(gateways.map((each) => each.end()));
  }
}, 120_000);
