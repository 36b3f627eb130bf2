import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { LeadOutcome } from '@leads/contracts';
import { lead, runLane } from '@leads/delivery/testing';
import { eventually } from '@leads/testing';
import { dynamics } from './testing/running-lane.ts';
import { startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';
import type { Token, Tokens } from './tokens/tokens.ts';

/** What the organization answers to a create; `cut` breaks the connection off. */
type Reply = { status: number; headers?: Record<string, string>; body?: string } | 'cut';
/** A reply that names the leads it is for. */
type ReplyTo = Reply | ((leadIds: string[]) => Reply);

const recordAt = (host: string, leadId = '', table = 'leads'): string =>
  `https://${host}/api/data/v9.2/${table}(${leadId.toUpperCase()})`;
/** The one that the lane of the schema is for. */
const HOST = 'contoso.crm4.dynamics.com';
const addressOf = (leadId = ''): string => recordAt(HOST, leadId);
const STRANGER = '5f3c9c1e-0000-4000-8000-1234567890ab';
const CREATED: ReplyTo = ([leadId]) => ({ status: 204, headers: { 'odata-entityid': addressOf(leadId) } });
const BULK_CREATED: ReplyTo = (leadIds) => ({ status: 200, body: JSON.stringify({ Ids: leadIds }) });
/** However many are sent in one request. */
const ANY_CREATED: ReplyTo = (leadIds) => ({
  status: 200,
  body: JSON.stringify({ Ids: leadIds, leadid: leadIds[0] }),
});
const refusal = (status: number, code: string, headers?: Record<string, string>): Reply => ({
  status,
  body: JSON.stringify({ error: { code, message: 'It went so.' } }),
  ...(headers && { headers }),
});
/** A batch in which each row has an answer, unless it is cut off after some. */
const batch = (statuses: string[], isCutOff = false): Reply => ({
  status: 200,
  headers: { 'content-type': 'multipart/mixed; boundary=b' },
  body:
    statuses.map((row) => `--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 ${row}\r\n`).join('\r\n') +
    (isCutOff ? '--b\r\nContent-Ty' : '\r\n--b--\r\n'),
});
const ROW_REFUSED = '400 Bad Request\r\n\r\n{"error":{"code":"0x80040265","message":"no"}}';
const rowWritten = (leadId: string): string => `204 No Content\r\nOData-EntityId: ${addressOf(leadId)}\r\n`;
const ROW_MISSING = '404 Not Found\r\n\r\n{"error":{"code":"0x80040217","message":"It Does Not Exist"}}';
const rowThere = (leadId: string): string => `200 OK\r\n\r\n{"leadid":"${leadId}"}`;
/** The first so many rows are written. */
const written =
  (count: number, isCutOff = false): ReplyTo =>
  (leadIds) =>
    batch(leadIds.slice(0, count).map(rowWritten), isCutOff);

const DEADLOCK = JSON.stringify({
  error: { code: '0x80040265', message: 'Transaction (Process ID 71) was deadlocked on lock resources.' },
});
const FIREWALL: Reply = { status: 403, body: '<html>Blocked</html>' };

let schema: WriterSchema;
let server: Server;
let url: string;
/** What is answered to the creates, in order; the last for ever. */
let replies: ReplyTo[];
/** Whether a look finds the records, does not, or is not permitted. */
let looks: 'there' | 'missing' | 'forbidden';
/** How many records were looked up, in order. */
let looked: number[];
/** Where creates went, and with which token. */
let creates: string[];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const asked = [...`${request.url} ${body}`.matchAll(/leads\(([0-9a-f-]{36})\)\?/g)].map(
    ([, id = '']) => id,
  );
  const reply = asked.length > 0 ? lookAt(asked, request.method === 'GET') : replyToCreate(request, body);
  if (reply === 'cut') response.destroy();
  else response.writeHead(reply.status, reply.headers).end(reply.body);
}

function replyToCreate({ method, url: path = '', headers }: IncomingMessage, body: string): Reply {
  // Questions about the organisation, one by one or together.
  if (method !== 'POST' || body.includes('WhoAmI')) return { status: 503 };
  const way = /CreateMultiple|\$batch/.exec(path)?.[0] ?? 'one';
  creates.push(`${way} ${headers.authorization?.slice('Bearer '.length)}`);
  const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? 'cut';
  const leadIds = [...body.matchAll(/"leadid":"([^"]+)"/g)].map(([, id = '']) => id);
  return typeof reply === 'function' ? reply(leadIds) : reply;
}

function lookAt(leadIds: string[], isOne: boolean): Reply {
  looked.push(leadIds.length);
  if (!isOne) return batch(leadIds.map(looks === 'there' ? rowThere : () => ROW_MISSING));
  if (looks === 'there') return { status: 200, body: JSON.stringify({ leadid: leadIds[0] }) };
  return looks === 'missing' ? refusal(404, '0x80040217') : refusal(403, '0x80040220');
}

beforeAll(async () => {
  schema = await startWriterSchema();
  server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await eventually(() => expect(server.listening).toBe(true));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await schema.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  await schema.begin();
  creates = [];
  looked = [];
});

/** Tokens 1, 2, …: a refused one gives way to the next, unless that was itself fetched for a refused one. */
function tokens(): Tokens {
  let current = 1;
  return {
    tokenFor: ({ url: organization }: { url: string }) =>
      Promise.resolve<Token>({ kind: 'token', accessToken: String(current), organization }),
    discard: (_subject: unknown, refused: string) => {
      if (refused === '1') current = 2;
      return refused === '1';
    },
  } as unknown as Tokens;
}

async function told(): Promise<string[]> {
  const rows = await schema.database
    .selectFrom('outbox')
    .select('value')
    .where('topic', '=', 'leads.outcomes.v1')
    .execute();
  return rows
    .map(({ value }) => LeadOutcome.parse(JSON.parse(value)))
    .map((one) => {
      const how = 'reason' in one ? ` ${one.reason.cause}` : one.foundThere ? ' there' : '';
      return `${one.outcome}${how} ${one.attempts}`;
    })
    .sort();
}

interface Case {
  leads?: number;
  replies: ReplyTo[];
  looks?: typeof looks;
  looked?: number[];
  told: string[];
  /** How the creates went out, in order. */
  creates?: string[];
  broken?: string;
}

const cases: Record<string, Case> = {
  'created: written': { replies: [CREATED], told: ['written 1'], creates: ['one 1'] },
  'created, and told with the record: written': {
    replies: [([leadid]) => ({ status: 201, body: JSON.stringify({ leadid }) })],
    told: ['written 1'],
  },
  'taken, and the record is there: written': {
    replies: [refusal(412, '0x80040237')],
    looks: 'there',
    told: ['written there 1'],
    looked: [1],
  },
  'taken, and the record is not there: another record stands in the way': {
    replies: [refusal(412, '0x80040237')],
    told: ['deferred duplicate-of-another 1'],
    looked: [1],
  },
  'taken, never sent before, where the role may not read: not written': {
    replies: [refusal(412, '0x80040237')],
    looks: 'forbidden',
    told: ['deferred duplicate-of-another 1'],
  },
  'cut off and then taken, where the role may not read: written': {
    replies: ['cut', refusal(412, '0x80040237')],
    looks: 'forbidden',
    told: ['deferred unreachable 1', 'written there 2'],
  },
  ...Object.fromEntries(
    [
      ['another host', (id: string) => recordAt('org2.crm4.dynamics.com', id)],
      ['another table', (id: string) => recordAt(HOST, id, 'accounts')],
    ].map(([what, address]): [string, Case] => [
      `204 that names our record at ${String(what)}: looked up, sent again`,
      {
        replies: [
          ([leadId = '']) => ({
            status: 204,
            headers: { 'odata-entityid': (address as (id: string) => string)(leadId) },
          }),
          CREATED,
        ],
        told: ['deferred not-confirmed 1', 'written 2'],
        looked: [1],
      },
    ]),
  ),
  ...Object.fromEntries(
    [
      { status: 200, body: '<!DOCTYPE html><title>Sign in</title>' },
      { status: 200 },
      { status: 200, body: '{"status":"ok"}' },
      { status: 202 },
      { status: 204 },
      { status: 204, headers: { 'odata-entityid': addressOf(STRANGER) } },
      { status: 201, body: `{"leadid":"${STRANGER}"}` },
      { status: 200, body: '{}' },
    ].map((reply) => [
      `${reply.status} ${reply.body ?? JSON.stringify(reply.headers ?? 'empty')} names no record of ours: looked up, sent again`,
      { replies: [reply, CREATED], told: ['deferred not-confirmed 1', 'written 2'], looked: [1] },
    ]),
  ),
  'taken by another word, and the record is there: written': {
    replies: [refusal(412, '0x80060892')],
    looks: 'there',
    told: ['written there 1'],
    looked: [1],
  },
  'taken by another word, and not there: refused for its key': {
    replies: [refusal(412, '0x80060892'), CREATED],
    told: ['deferred duplicate-key 1', 'written 2'],
    looked: [1],
  },
  'sent elsewhere to sign in, once: not written, and nobody is alarmed': {
    replies: [{ status: 302, headers: { location: 'https://login.example/' } }, CREATED],
    told: ['deferred not-an-organization 1', 'written 2'],
  },
  'a page that is compressed: not written': {
    replies: [
      { status: 403, headers: { 'content-encoding': 'gzip' }, body: '\u001f\ufffd\b\u0000\u0000' },
      CREATED,
    ],
    told: ['deferred forbidden 1', 'written 2'],
  },
  'a backlog answered with fewer records than were asked for: the others are looked up, and sent again': {
    leads: 6,
    replies: [
      (leadIds) => ({ status: 200, body: JSON.stringify({ Ids: leadIds.slice(0, 4) }) }),
      ANY_CREATED,
    ],
    told: [
      ...Array<string>(2).fill('deferred not-confirmed 1'),
      ...Array<string>(4).fill('written 1'),
      ...Array<string>(2).fill('written 2'),
    ],
  },
  'a backlog answered with records of somebody else: nothing is written, all are sent again': {
    leads: 6,
    replies: [
      (leadIds) => ({ status: 200, body: JSON.stringify({ Ids: leadIds.map(() => STRANGER) }) }),
      ANY_CREATED,
    ],
    told: [...Array<string>(6).fill('deferred not-confirmed 1'), ...Array<string>(6).fill('written 2')],
  },
  'a stale token: a new one is fetched, and the connection is well': {
    replies: [refusal(401, ''), CREATED],
    told: ['deferred token-stale 1', 'written 2'],
    creates: ['one 1', 'one 2'],
  },
  'the new token refused too, once: nobody is alarmed': {
    replies: [refusal(401, ''), refusal(401, ''), CREATED],
    told: ['deferred token-refused 2', 'deferred token-stale 1', 'written 3'],
  },
  '429: waits as long as was asked, and it was no attempt': {
    replies: [refusal(429, '0x80072322', { 'retry-after': '0.2' }), CREATED],
    told: ['deferred throttled-requests 0', 'written 1'],
    creates: ['one 1', 'one 1'],
  },
  '503 with a page: tried again': {
    replies: [{ status: 503, body: '<html>' }, CREATED],
    told: ['deferred http-503 1', 'written 2'],
  },
  '503 with a page and a time: waits as long as was asked': {
    replies: [{ status: 503, body: '<html>', headers: { 'retry-after': '0.2' } }, CREATED],
    told: ['deferred http-503 0', 'written 1'],
  },
  'the connection cut off, and the record is there: written, and not sent again': {
    replies: ['cut'],
    looks: 'there',
    told: ['deferred unreachable 1', 'written there 2'],
    creates: ['one 1'],
    looked: [1],
  },
  'a deadlock in a plug-in: tried again': {
    replies: [{ status: 400, body: DEADLOCK }, CREATED],
    told: ['deferred passing 1', 'written 2'],
  },
  'no privilege, once: tried again, and nobody is alarmed': {
    replies: [refusal(403, '0x80040220'), CREATED],
    told: ['deferred privilege-missing 1', 'written 2'],
  },
  'a backlog: CreateMultiple': {
    leads: 6,
    replies: [BULK_CREATED],
    told: Array<string>(6).fill('written 1'),
    creates: ['CreateMultiple 1'],
  },
  'a page in answer to a backlog: nothing is written, all are looked up in one request': {
    leads: 6,
    replies: [{ status: 200, body: '<html>' }],
    looks: 'there',
    told: [...Array<string>(6).fill('deferred not-confirmed 1'), ...Array<string>(6).fill('written there 2')],
    creates: ['CreateMultiple 1'],
  },
  'one refused lead of a backlog: a batch finds it, the others are written': {
    leads: 6,
    replies: [
      refusal(400, '0x80040265'),
      (leadIds) => batch([ROW_REFUSED, ...leadIds.slice(1).map(rowWritten)]),
      CREATED,
    ],
    told: ['deferred plug-in-refused 1', ...Array<string>(5).fill('written 1'), 'written 2'],
    creates: ['CreateMultiple 1', '$batch 1', 'one 1'],
  },
  'no CreateMultiple: remembered, and a batch is sent without a word': {
    leads: 6,
    replies: [refusal(404, '0x80060888'), written(6)],
    told: Array<string>(6).fill('written 1'),
    creates: ['CreateMultiple 1', '$batch 1'],
  },
  'neither CreateMultiple nor $batch: each goes alone': {
    leads: 6,
    replies: [refusal(404, '0x80060888'), { status: 405 }, CREATED],
    told: Array<string>(6).fill('written 1'),
    creates: ['CreateMultiple 1', '$batch 1', ...Array<string>(6).fill('one 1')],
  },
  'a firewall that dislikes one lead of a backlog: the others are written': {
    leads: 6,
    replies: [...Array<Reply>(5).fill(FIREWALL), CREATED, CREATED, written(3), CREATED],
    told: ['deferred forbidden 1', ...Array<string>(5).fill('written 1'), 'written 2'],
    creates: [
      'CreateMultiple 1',
      ...Array<string>(3).fill('$batch 1'),
      ...Array<string>(3).fill('one 1'),
      '$batch 1',
      'one 1',
    ],
  },
  'the answer of a batch cut off: what has no answer is looked up, and sent again where it is not there': {
    leads: 6,
    replies: [refusal(400, '0x80040265'), written(3, true), BULK_CREATED],
    told: [
      ...Array<string>(3).fill('deferred unreachable 1'),
      ...Array<string>(3).fill('written 1'),
      ...Array<string>(3).fill('written 2'),
    ],
  },
};

describe('what Dynamics answers to a create', () => {
  test.each(Object.entries(cases))('%s', async (_name, one) => {
    replies = [...one.replies];
    looks = one.looks ?? 'missing';
    await schema.takeIn(...Array.from({ length: one.leads ?? 1 }, () => lead()));
    const running = await runLane(schema, dynamics(schema, url, tokens()));
    try {
      await eventually(async () => expect(await told()).toEqual(one.told), { timeoutMs: 20_000 });
      await eventually(() => expect(running.lane.pace.inFlight).toBe(0));
      if (one.looked) expect(looked).toEqual(one.looked);
      if (one.creates) expect(creates).toEqual(one.creates);
      expect(running.lane.brokenCause).toBe(one.broken ?? null);
    } finally {
      await running.stop();
    }
  });
});
