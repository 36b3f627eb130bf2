import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@leads/testing';
import { sql } from 'kysely';
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
