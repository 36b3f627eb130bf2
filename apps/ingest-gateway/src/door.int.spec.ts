import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { digestOf, signRequest } from '@leads/service';
import { eventually, testSigning } from '@leads/testing';
import { sql } from 'kysely';
import { addressKeyHash } from './fingerprint.ts';
import { watchAcceptedLeads } from './testing/watch-accepted-leads.ts';
import { leadBody, type RunningGateway, startGateway } from './testing/running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
}, 60_000);
afterAll(() => gateway?.end(), 30_000);

/** What comes back over one connection until it is closed, and after how long that was, in milliseconds. */
async function overOne(text: string): Promise<{ answers: string; ms: number }> {
  const began = performance.now();
  const { hostname, port } = new URL(gateway.process.url);
  const socket = connect(Number(port), hostname);
  let answers = '';
  socket.on('error', () => undefined).on('data', (chunk) => void (answers += chunk.toString()));
  await once(socket, 'connect');
  socket.write(text);
  await new Promise((resolve) => socket.once('close', resolve));
  return { answers, ms: performance.now() - began };
}

test('a body that has not come within five seconds is answered 408, and its connection closed', async () => {
  const key = await gateway.addConnection();
  const { answers, ms } = await overOne(
    `POST /leads/${key} HTTP/1.1\r\nhost: here\r\ncontent-length: 100\r\n\r\n{"userDetails":`,
  );
  expect(answers).toMatch(/^HTTP\/1.1 40[08] [^]*problem\+json/);
  expect(answers).not.toContain(key);
  expect(ms).toBeGreaterThan(4_900);
  expect(ms).toBeLessThan(10_000);
}, 20_000);

test('a smuggled request is refused with the one that it came in, and no lead is made of either', async () => {
  const key = await gateway.addConnection();
  const lead = leadBody();
  const inner = `POST /leads/${key} HTTP/1.1\r\nhost: here\r\ncontent-length: ${lead.length}\r\n\r\n${lead}`;
  const { answers } = await overOne(
    `POST /leads/${key} HTTP/1.1\r\nhost: here\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
  );
  expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  const { rows } = await sql`select 1 from accepted`.execute(gateway.database);
  expect(rows).toEqual([]);
});

const between = (authorization: string, length: number): string =>
  `POST /api/kept-posts/find HTTP/1.1\r\nhost: here\r\nauthorization: ${authorization}\r\n` +
  `content-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

test.each(['x', 'Signed x', 'Bearer x'])(
  'a request between services with "%s" is refused unread, and its connection closed',
  async (authorization) => {
    const { answers, ms } = await overOne(between(authorization, 1_000_000));
    expect(answers).toMatch(/^HTTP\/1.1 401 [^]*problem\+json/);
    expect(ms).toBeLessThan(4_000);
  },
);

test('a signed request between services whose body breaks off is no error of ours', async () => {
  const { key } = testSigning('portal');
  const authorization = await signRequest(
    {
      ...{ method: 'POST', target: '/api/kept-posts/find', bodyDigest: digestOf('{}') },
      headers: { 'content-type': 'application/json' },
    },
    { key, to: 'ingest-gateway', now: Date.now() },
  );
  const before = gateway.process.output().length;
  const { hostname, port } = new URL(gateway.process.url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(`${between(authorization, 100).replace('host:', 'expect: 100-continue\r\nhost:')}{`);
  await once(socket, 'data');
  socket.resume().end();
  await closed;
  expect((await gateway.post('nobodys', '{}')).status).toBe(404);
  await eventually(() => expect(gateway.process.output().slice(before)).toMatch(/lead refused/));
  expect(gateway.process.output().slice(before)).not.toMatch(/unexpectedly/);
});

test('a source of very many unsigned requests is told to wait, and leads of the same source are taken in', async () => {
  const key = await gateway.addConnection();
  await eventually(async () => {
    const { answers } = await overOne(between('x', 10));
    expect(answers).toMatch(/^HTTP\/1.1 429 [^]*retry-after: \d+/i);
  });
  expect((await gateway.post(key, leadBody())).status).toBe(202);
}, 60_000);

test.each(['53100', '53200', '58030', '25006'])(
  'a database without room for the lead (%s) is a 503 that says when to come again; with room it is taken in',
  async (code) => {
    const key = await gateway.addConnection();
    const content = leadBody();
    await sql`
      create function no_room() returns trigger language plpgsql as
      ${sql.lit(`begin raise exception 'could not extend file' using errcode = '${code}'; end`)}
    `.execute(gateway.database);
    await sql`create trigger no_room before insert on outbox execute function no_room()`.execute(
      gateway.database,
    );
    try {
      const { status, headers, answer } = await gateway.post(key, content);
      expect([status, headers.get('content-type')]).toEqual([503, 'application/problem+json; charset=utf-8']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer['detail']).toMatch(/does not count as taken in/);
    } finally {
      await sql`drop function no_room cascade`.execute(gateway.database);
    }
    // The gate looks again within a second.
    const taken = await eventually(async () => {
      const answered = await gateway.post(key, content);
      expect(answered.status).toBe(202);
      return answered;
    });
    expect(taken.answer['duplicate']).toBeUndefined();
  },
);

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`;

test('a lead is known by the trace that it came with: in its answer, its line of the log and its event', async () => {
  const key = await gateway.addConnection();
  const { headers, answer } = await gateway.post(key, leadBody(), { headers: { traceparent } });
  expect([headers.get('trace-id'), answer['traceId']]).toEqual([TRACE, TRACE]);
  const events = await watchAcceptedLeads(gateway.kafka);
  try {
    await eventually(() => expect(events.withId(answer['leadId'])).toMatchObject([{ traceId: TRACE }]));
  } finally {
    await events.close();
  }
  const lines = gateway.process.output().split('\n');
  expect(lines.filter((line) => line.includes(TRACE) && line.includes('lead accepted'))).toHaveLength(1);
});

test.each([
  [
    'of a known address',
    async () => gateway.post(await gateway.addConnection(), '{}', { headers: { traceparent } }),
  ],
  ['of one that nobody has', () => gateway.post('nobodys', '{}', { headers: { traceparent } })],
  ['of one that cannot be', () => gateway.post('%', '{}', { headers: { traceparent } })],
  [
    'of a head that has two meanings',
    () => gateway.post('x'.repeat(9_000), '{}', { headers: { traceparent } }),
  ],
])('a refusal %s carries the trace, too', async (_, refused) => {
  const { status, headers, answer } = await refused();
  expect(status).toBeGreaterThanOrEqual(400);
  expect([headers.get('trace-id'), answer['traceId']]).toEqual([TRACE, TRACE]);
});

test('of a list with a lead that cannot be stored none is taken in: it is kept whole, told so, and harms no other', async () => {
  const key = await gateway.addConnection();
  const nameless = { userDetails: { company: 'Adatum' }, leadSource: 'AzureMarketplace' };
  const list = JSON.stringify([nameless, JSON.parse(leadBody()), { ...nameless, offerTitle: 'refuse this' }]);
  await sql`
    create function refuse() returns trigger language plpgsql as
    ${sql.lit("begin if new.value like '%refuse this%' then raise exception 'no' using errcode = '22021'; end if; return new; end")}
  `.execute(gateway.database);
  await sql`create trigger refuse before insert on outbox for each row execute function refuse()`.execute(
    gateway.database,
  );
  const count = async () => {
    const { rows } = await sql`select connection_id from accepted`.execute(gateway.database);
    return rows.length;
  };
  const before = await count();
  try {
    const [{ status, answer }, other] = await Promise.all([
      gateway.post(key, list),
      gateway.post(key, leadBody()),
    ]);
    expect([status, answer['detail']]).toEqual([422, expect.stringMatching(/cannot be stored.*It is kept/)]);
    expect(other.status).toBe(202);
    expect(await count()).toBe(before + 1);
    const kept = await gateway.database.selectFrom('quarantine').select(['body', 'why']).execute();
    expect(kept).toContainEqual({ body: Buffer.from(list), why: 'not-storable' });
  } finally {
    await sql`drop function refuse cascade`.execute(gateway.database);
  }
  const { status, answer } = await gateway.post(key, list);
  expect([status, (answer['leads'] as unknown[]).length]).toEqual([202, 3]);
});

test('its document describes what may be posted, and every answer', async () => {
  const document = (await (await fetch(`${gateway.process.url}/api/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<string, Record<string, { responses: object; requestBody?: { content: object } }>>;
  };
  expect(document.openapi).toBe('3.1.0');
  const { post, get } = document.paths['/leads/{addressKey}'] ?? {};
  expect(Object.keys(post?.responses ?? {})).toEqual(
    [202, 400, 404, 408, 413, 422, 429, 503].map(String).concat('default'),
  );
  expect(Object.keys(post?.requestBody?.content ?? {})).toContain('application/json');
  expect(Object.keys(get?.responses ?? {})).toContain('200');
});

test('an address that was replaced works until its time is over, and then is answered like one that nobody has', async () => {
  const inAnHour = new Date(Date.now() + 3_600_000);
  const [replaced, over] = ['replaced', 'over'].map((name) => `${name}-${randomUUID()}`) as [string, string];
  await gateway.addConnection({
    earlier_hashes: [replaced, over].map(addressKeyHash),
    earlier_until: [inAnHour, new Date(Date.now() - 1)],
  });
  expect((await gateway.post(replaced, leadBody())).status).toBe(202);
  const [ended, unknown] = [await gateway.post(over, leadBody()), await gateway.post('nobodys', leadBody())];
  const words = ({ status, answer: { traceId: _, ...answer } }: typeof ended): unknown => [status, answer];
  expect(words(ended)).toEqual(words(unknown));
});
