import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AllSettled,
  CorrectionRead,
  KeptPostDetail,
  KeptPosts,
  type MarketplaceLead,
  type ServiceName,
  Settled,
} from '@leads/contracts';
import { migrate, openDatabase } from '@leads/database';
import { provisionTopics } from '@leads/kafka';
import { fetchSigned } from '@leads/service';
import {
  eventually,
  type ServiceProcess,
  startServiceProcess,
  testDatabase,
  type TestDatabase,
  testKafka,
  testSigning,
  writeServiceKeys,
} from '@leads/testing';
import { type Kysely, sql } from 'kysely';
import { addressKeyHash } from '../fingerprint.ts';
import type { GatewayTables } from '../tables.ts';
import { watchAcceptedLeads, type WatchedLeads } from '../testing/watch-accepted-leads.ts';

const APP = new URL('../../', import.meta.url);
const kafka = testKafka();
const KEY = randomBytes(24).toString('base64url');

/** As the documentation prints it: a comma is missing. */
const printed = (email: string): string => `{
  "userDetails": { "firstName": "Ana", "lastName": "Trujillo", "email": "${email}", "country": "MX" },
  "leadSource": "AzureMarketplace-INS|contoso.analytics"
  "description": "Test"
}`;

let server: TestDatabase;
let database: Kysely<GatewayTables>;
let gateway: ServiceProcess;
let watched: WatchedLeads;
let folder: string;
let connectionId: string;

beforeAll(async () => {
  [server] = await Promise.all([
    testDatabase((url) => migrate({ url, schema: 'gateway', folder: new URL('migrations/', APP) })),
    provisionTopics(kafka, { replicationFactor: 1 }),
  ]);
  folder = await mkdtemp(`${tmpdir()}/kept-`);
  database = openDatabase(
    { url: server.url, schema: 'gateway', poolSize: 4, application: 'test' },
    () => undefined,
  );
  [gateway, watched] = await Promise.all([
    startServiceProcess(APP, {
      DATABASE_URL: server.url,
      KAFKA_BROKERS: kafka.brokers.join(),
      KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
      ...(await writeServiceKeys(folder)).settingsOf('ingest-gateway'),
    }),
    watchAcceptedLeads(kafka),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([gateway?.end(), watched?.close()]);
  await database.destroy();
  await server.drop();
  await rm(folder, { recursive: true });
}, 30_000);

let key: string;
beforeEach(async () => {
  await sql`truncate accepted, quarantine, quarantine_overflow`.execute(database);
  connectionId = randomUUID();
  key = `${KEY}${connectionId}`;
  await database
    .insertInto('connections')
    .values({
      connection_id: connectionId,
      version: 1,
      state: 'published',
      address_key_hash: addressKeyHash(key),
    })
    .execute();
});

async function post(body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${gateway.url}/leads/${key}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

function ask(method: string, path: string, body?: unknown, as: ServiceName = 'portal'): Promise<Response> {
  return fetchSigned(
    { method, path: `/api/kept-posts${path}`, body, timeoutMs: 15_000 },
    { url: gateway.url, to: 'ingest-gateway', key: testSigning(as).key, now: Date.now },
  );
}

async function kept(): Promise<KeptPosts['posts']> {
  const answer = await ask('POST', '/find', { connectionIds: [connectionId], limit: 50 });
  expect(answer.status).toBe(200);
  return KeptPosts.parse(await answer.json()).posts;
}

async function only(): Promise<KeptPosts['posts'][number]> {
  const [first, ...others] = await kept();
  if (!first || others.length > 0) throw new Error(`${others.length + (first ? 1 : 0)} posts are kept.`);
  return first;
}

async function detail(postId: string): Promise<KeptPostDetail> {
  return KeptPostDetail.parse(await (await ask('GET', `/${postId}`)).json());
}

const replay = async (postId: string, correction: unknown, by = 'ana@contoso.example'): Promise<Settled> =>
  Settled.parse(await (await ask('POST', `/${postId}/replay`, { by, correction })).json());

const readOf = async (postId: string, correction: unknown): Promise<MarketplaceLead[]> =>
  CorrectionRead.parse(await (await ask('POST', `/${postId}/read`, correction)).json()).leads;

const replayAlike = async (postId: string): Promise<AllSettled> =>
  AllSettled.parse(await (await ask('POST', `/${postId}/replay-alike`, { by: 'a' })).json());

const lead = (email: string): MarketplaceLead => ({
  customer: {
    ...{ firstName: 'Ana', lastName: 'Trujillo', email, phone: '', country: 'MX', company: '', title: '' },
  },
  ...{ leadSource: '', actionCode: 'INS', offerTitle: '', description: '' },
});

describe('a post that was kept', () => {
  test('is shown with what was understood, its text and its bytes', async () => {
    const body = gzipSync(printed('ana@adatum.example'));
    expect((await post(body, { 'content-encoding': 'gzip' })).status).toBe(400);
    const listed = await only();
    expect(listed).toMatchObject({ connectionId, why: 'not-readable', state: 'kept', leadIds: [] });
    expect(listed.found).toMatchObject({
      customer: { firstName: 'Ana', email: 'ana@adatum.example' },
      description: 'Test',
    });
    const one = await detail(listed.postId);
    expect(one.text).toBe(printed('ana@adatum.example'));
    expect(Buffer.from(one.body, 'base64')).toEqual(body);
    expect([one.contentEncoding, one.alike, one.alikeReady]).toEqual(['gzip', 0, 1]);
  });

  test('is told of with what was found in it by name, and nothing of what it says', async () => {
    await post(printed('ana@adatum.example'));
    await eventually(() => expect(watched.alertsOf(connectionId)).toHaveLength(1));
    const [alert] = watched.alertsOf(connectionId);
    expect(alert?.what).toMatch(/Found in it: first name, last name, e-mail, country, lead source/);
    expect(JSON.stringify(alert)).not.toMatch(/Ana|adatum/);
  });

  test.each(['[]', 'null', '"x"'])('of %s it is told that it has no fields at all', async (body) => {
    expect((await post(body)).status).toBe(422);
    await eventually(() => expect(watched.alertsOf(connectionId)).toHaveLength(1));
    expect(watched.alertsOf(connectionId)[0]?.what).toMatch(/has no fields at all/);
  });

  test('is shown to the portal alone', async () => {
    await post('[]');
    const { postId } = await only();
    for (const answer of [
      await fetch(`${gateway.url}/api/kept-posts/${postId}`),
      await ask('GET', `/${postId}`, undefined, 'dynamics-writer'),
    ])
      expect([answer.status, await answer.text()]).toEqual([401, expect.not.stringContaining(postId)]);
  });

  test('says before it is replayed what a correction comes to', async () => {
    await post('[]');
    const { postId } = await only();
    const read = async (correction: unknown) => readOf(postId, correction);
    const text = JSON.stringify({ userDetails: { firstName: ' Ana\u0000 ', email: 'a@b.example' } });
    expect(await read({ text })).toMatchObject([{ customer: { firstName: 'Ana', email: 'a@b.example' } }]);
    expect(await read({ lead: lead('x@y.example') })).toMatchObject([{ customer: { email: 'x@y.example' } }]);
    expect(await read({ text: '{"still": "broken"' })).toEqual([]);
  });

  test('becomes exactly one lead, though two people and a second click ask for it', async () => {
    const body = printed('two@adatum.example');
    await post(body);
    const { postId } = await only();
    const answers = await Promise.all(
      ['a', 'b', 'a', 'c'].map((who, index) =>
        replay(postId, { lead: lead(`${index}@adatum.example`) }, `${who}@contoso.example`),
      ),
    );
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    for (const { state, leadIds } of answers) expect([state, leadIds]).toEqual(['replayed', [postId]]);
    await eventually(() => expect(watched.withId(postId)).toHaveLength(1));
    const [accepted] = watched.withId(postId);
    const { settled } = await detail(postId);
    expect(accepted).toMatchObject({
      ...{ connectionId, original: body },
      made: { from: 'kept-post', id: postId, by: settled?.by },
    });
    expect(await database.selectFrom('accepted').select('lead_id').execute()).toEqual([{ lead_id: postId }]);
    await eventually(() =>
      expect(watched.alertsOf(connectionId).map(({ transition }) => transition)).toEqual([
        'triggered',
        'cleared',
      ]),
    );
  });

  test('is the lead that its content has become already', async () => {
    const accepted = await post(
      JSON.stringify({ userDetails: lead('same@b.example').customer, actionCode: 'INS' }),
    );
    const { leadId } = (await accepted.json()) as { leadId: string };
    await post(printed('same@b.example'));
    const { postId } = await only();
    expect(await replay(postId, { lead: lead('same@b.example') })).toMatchObject({ leadIds: [leadId] });
  });

  test('that is corrected to several leads becomes each of them', async () => {
    await post('[');
    const { postId } = await only();
    const text = JSON.stringify(['1', '2'].map((n) => ({ userDetails: { email: `${n}@b.example` } })));
    const { leadIds } = await replay(postId, { text });
    expect([leadIds.length, leadIds[0]]).toEqual([2, postId]);
    const [, second] = leadIds;
    await eventually(() => expect(watched.withId(second)).toHaveLength(1));
    expect(watched.withId(second)[0]).toMatchObject({ lead: { customer: { email: '2@b.example' } } });
    expect(watched.withId(second)[0]?.original).toBe('{"userDetails":{"email":"2@b.example"}}');
  });

  test('that is corrected to no lead stays', async () => {
    await post('[]');
    const { postId } = await only();
    const answer = await ask('POST', `/${postId}/replay`, { by: 'a', correction: { text: '{"a":1}' } });
    expect(answer.status).toBe(422);
    expect((await only()).state).toBe('kept');
  });

  test('is replayed together with those alike, each by what was found in it; what names nobody stays', async () => {
    for (const email of ['1@b.example', '2@b.example', '', '3@b.example'])
      await post(email === '' ? printed('').replaceAll(/Ana|Trujillo/g, '') : printed(email));
    await post('{"other": 1');
    const posts = await kept();
    const one = posts.find(({ found }) => found.customer.email === '2@b.example');
    if (!one) throw new Error('It is not kept.');
    expect(await detail(one.postId)).toMatchObject({ alike: 3, alikeReady: 3 });
    expect(await replayAlike(one.postId)).toEqual({ settled: 3, left: 1, more: 0 });
    expect((await kept()).filter(({ state }) => state === 'kept')).toHaveLength(2);
  });

  test('is discarded for a reason, and replayed no more', async () => {
    await post('[]');
    const { postId } = await only();
    const answer = await ask('POST', `/${postId}/discard`, { by: 'a', reason: 'A try of ours' });
    expect(await answer.json()).toMatchObject({ state: 'discarded', isNew: true });
    expect(await replay(postId, { lead: lead('a@b.example') })).toMatchObject({
      ...{ state: 'discarded', leadIds: [], isNew: false },
    });
    expect((await only()).settled).toMatchObject({ by: 'a', reason: 'A try of ours' });
  });

  test('is counted where it comes again, and kept anew a day after it was settled', async () => {
    await post('[]');
    const { postId } = await only();
    await ask('POST', `/${postId}/discard`, { by: 'a', reason: 'A try' });
    await post('[]');
    expect(await only()).toMatchObject({ postId, state: 'discarded', repeats: 1 });
    await sql`update quarantine set settled_at = now() - interval '25 hours'`.execute(database);
    await post('[]');
    const anew = await only();
    expect(anew).toMatchObject({ state: 'kept', repeats: 0 });
    expect(anew.postId).not.toBe(postId);
  });
});

describe('of a body of which leads were accepted', () => {
  const a = { userDetails: { firstName: 'Ann', email: 'ann@a.example' }, actionCode: 'INS' };
  const b = { userDetails: { firstName: 'Bob', phone: '1', company: 'Fabrikam' }, actionCode: 'INS' };
  const rest = { note: 'x', description: 'Of another', country: 'MX' };
  let postId: string;
  let ids: string[];
  beforeEach(async () => {
    const accepted = await post(JSON.stringify([a, b, rest]));
    ids = ((await accepted.json()) as { leads: { leadId: string }[] }).leads.map(({ leadId }) => leadId);
    ({ postId } = await only());
  });

  test('what was not understood alone is found, and which leads came of it is told', async () => {
    const one = await detail(postId);
    const nobody = { firstName: '', email: '', phone: '', company: '' };
    expect(one.found).toMatchObject({ customer: { ...nobody, country: 'MX' }, description: 'Of another' });
    expect(one.acceptedIds.toSorted()).toEqual(ids.toSorted());
    expect(JSON.parse(one.rest ?? '')).toEqual(rest);
    expect([one.alikeReady, one.why]).toEqual([0, 'no-lead']);
  });

  test.each([
    ['as it is', 'select 1'],
    ['kept before that was stored', "update quarantine set found = null, accepted_ids = '{}'"],
  ])('no lead is made unseen, though what is left names somebody: %s', async (_, change) => {
    await sql`truncate quarantine`.execute(database);
    // Who they are is said beside a lead that says more.
    await post(JSON.stringify([{ lead: b, other: { email: 'c@c.example' } }, a]));
    await sql.raw(change).execute(database);
    const one = await only();
    expect(one.found.customer).toMatchObject({ email: 'c@c.example', firstName: '' });
    expect((await detail(one.postId)).alikeReady).toBe(0);
    expect(await replayAlike(one.postId)).toEqual({ settled: 0, left: 1, more: 0 });
  });

  test('those leads are never made again, even after their window', async () => {
    await sql`update accepted set received_at = received_at - interval '30 days'`.execute(database);
    const refused = await ask('POST', `/${postId}/replay`, {
      by: 'a',
      correction: { text: JSON.stringify(a) },
    });
    expect(refused.status).toBe(422);
    const text = JSON.stringify([a, b, { userDetails: { email: 'new@b.example' } }]);
    expect(await readOf(postId, { text })).toMatchObject([{ customer: { email: 'new@b.example' } }]);
    expect(await replay(postId, { text })).toMatchObject({ state: 'replayed', leadIds: [postId] });
  });
});

test('of a body that may hold several customers no lead is made unseen, and none that is a mixture', async () => {
  await post('[{"userDetails": {"firstName": "Ann"}}, {"userDetails": {"phone": "1"} "x": 1}]');
  const one = await only();
  expect(one.found.customer).toMatchObject({ firstName: 'Ann', phone: '' });
  expect((await detail(one.postId)).alikeReady).toBe(0);
  expect(await replayAlike(one.postId)).toMatchObject({ settled: 0 });
});

describe('many posts', () => {
  test('alike are replayed fifty at a time', async () => {
    await Promise.all(Array.from({ length: 53 }, (_, index) => post(printed(`${index}@adatum.example`))));
    const [one] = await kept();
    if (!one) throw new Error('None is kept.');
    expect(await detail(one.postId)).toMatchObject({ alike: 52, alikeReady: 53 });
    expect(await replayAlike(one.postId)).toEqual({ settled: 50, left: 3, more: 3 });
    expect(await replayAlike(one.postId)).toEqual({ settled: 3, left: 0, more: 0 });
  });

  test('are shown by what was read of them when they came; of older ones it is read once', async () => {
    await post(printed('a@adatum.example'));
    const { postId, found } = await only();
    // Whoever read it anew would find nothing.
    await sql`update quarantine set body = 'x'`.execute(database);
    expect((await only()).found).toEqual(found);
    expect(await detail(postId)).toMatchObject({ found, alikeReady: 1 });
    await sql`update quarantine set body = ${Buffer.from(printed('b@adatum.example'))}, found = null`.execute(
      database,
    );
    await sql`update quarantine set is_ready = null, unpacked_bytes = null`.execute(database);
    expect((await only()).found.customer.email).toBe('b@adatum.example');
    const stored = await database.selectFrom('quarantine').select(['is_ready', 'found']).execute();
    expect(stored).toMatchObject([{ is_ready: true, found: { customer: { email: 'b@adatum.example' } } }]);
  });
});

test('a sender whose lead claims to be signed is taken in like any other', async () => {
  const answer = await post(JSON.stringify({ userDetails: { email: 'a@b.example' } }), {
    authorization: 'Signed nonsense',
  });
  expect(answer.status).toBe(202);
});

test('posts are listed by pages, of the connections asked for', async () => {
  for (const body of ['1', '2', '3']) await post(body);
  const page = async (after?: object) =>
    KeptPosts.parse(
      await (await ask('POST', '/find', { connectionIds: [connectionId], limit: 2, after })).json(),
    );
  const first = await page();
  expect([first.posts.length, first.isLast]).toEqual([2, false]);
  const last = first.posts.at(-1);
  const second = await page({ receivedAt: last?.receivedAt, postId: last?.postId });
  expect([second.posts.length, second.isLast]).toEqual([1, true]);
  const others = await ask('POST', '/find', { connectionIds: [randomUUID()], limit: 2 });
  expect(await others.json()).toEqual({ posts: [], isLast: true });
});
