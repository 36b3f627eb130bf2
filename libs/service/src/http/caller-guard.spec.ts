import 'reflect-metadata';
import { readServiceKeys, readSigningKey } from '@leads/contracts/service-keys';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Body, Controller, Get, Headers, Module, Put, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Logger } from '../log.ts';
import { ProblemFilter } from '../problem.ts';
import { LOG } from '../service-tokens.ts';
import { CallerGuard, CALLERS, type Callers } from './caller-guard.ts';
import { fetchSigned, isForClocks } from './signed-fetch.ts';
import { digestOf, callerKeys, signRequest } from './signed-requests.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const key = readSigningKey(JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'portal' }));
let NOW = Date.parse('2026-11-22T09:30:00Z');
const KEY = 'the-key-of-operators';
const used = new Set<string>();
const said: unknown[] = [];
/** How many bodies were looked through. */
let looked = 0;
const callers: Callers = {
  ...{ to: 'credentials', from: ['portal'] },
  keys: callerKeys(
    readServiceKeys(JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'portal' }] })),
  ),
  useOnce: (nonce) => Promise.resolve(!used.has(nonce) && used.add(nonce).size > 0),
  now: () => NOW,
};

@Controller('offers')
@UseGuards(CallerGuard)
class Offers {
  @Get()
  list(): string[] {
    return ['an offer'];
  }

  @Put()
  change(@Body() body: object, @Headers('x-actor') actor: string): object {
    return { body, actor };
  }
}

@Module({
  controllers: [Offers],
  providers: [
    { provide: CALLERS, useValue: callers },
    { provide: LOG, useValue: { warn: (...line: unknown[]) => said.push(line), error: () => undefined } },
  ],
})
class Service {}

let app: NestFastifyApplication;
let url: string;
beforeAll(async () => {
  app = await NestFactory.create<NestFastifyApplication>(Service, new FastifyAdapter(), { logger: false });
  app.useGlobalFilters(new ProblemFilter(app.get<Logger>(LOG)));
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preHandler', ({ body }: { body?: unknown }, _reply: unknown, done: () => void) => {
      if (body !== undefined && body !== null) looked += 1;
      done();
    });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(() => app.close());
beforeEach(() => {
  // What is told once a minute is told again.
  NOW += 60_000;
  said.length = 0;
  looked = 0;
  delete callers.apiKey;
});

const BODY = { state: 'paused', title: 'Zoë 🙂'.repeat(20_000) };
const send = (now = NOW) =>
  fetchSigned(
    {
      method: 'PUT',
      path: '/offers?lasting=a%20b',
      headers: { 'x-actor': 'Zoë' },
      body: BODY,
      timeoutMs: 30_000,
    },
    { url, to: 'credentials', key, now: () => now },
  );

/** A request whose signature is for something else, or that somebody changed. */
async function tampered(change: {
  method?: string;
  target?: string;
  body?: string;
  actor?: string;
}): Promise<Response> {
  const sent = { method: 'PUT', target: '/offers', body: '{"a":1}', actor: 'Zoë' };
  const { method, target, body, actor } = { ...sent, ...change };
  const authorization = await signRequest(
    {
      ...sent,
      headers: { 'content-type': 'application/json', 'x-actor': sent.actor },
      bodyDigest: digestOf(sent.body),
    },
    { key, to: 'credentials', now: NOW },
  );
  const headers = { authorization, 'content-type': 'application/json', 'x-actor': actor };
  return fetch(url + target, { method, headers, ...(method === 'GET' ? {} : { body }) });
}

describe('a request between services', () => {
  test('is let in as it was signed, with its body and its headers', async () => {
    const answer = await send();
    expect([answer.status, await answer.json()]).toEqual([200, { body: BODY, actor: 'Zoë' }]);
    const listed = await fetchSigned(
      { method: 'GET', path: '/offers', timeoutMs: 30_000 },
      { url, to: 'credentials', key, now: () => NOW },
    );
    expect(await listed.json()).toEqual(['an offer']);
    expect((await tampered({})).status).toBe(200);
  });

  test.each<[string, Parameters<typeof tampered>[0]]>([
    ['another method', { method: 'GET' }],
    ['another query', { target: '/offers?lasting=no' }],
    ['another body', { body: '{"a":2}' }],
    ['another person', { actor: 'Sam' }],
  ])('is refused with %s', async (_what, change) => {
    const answer = await tampered(change);
    expect([answer.status, isForClocks(answer)]).toEqual([401, false]);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('Nothing was changed') });
    expect(said).toHaveLength(1);
    expect(looked).toBe(0);
  });

  test('is refused when it comes a second time', async () => {
    const authorization = await signRequest(
      { method: 'GET', target: '/offers', headers: {}, bodyDigest: digestOf('') },
      { key, to: 'credentials', now: NOW },
    );
    const twice = [1, 2].map(() => fetch(`${url}/offers`, { headers: { authorization } }));
    expect((await Promise.all(twice)).map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  test.each([
    [-300, 'behind'],
    [300, 'ahead of'],
  ])('is told that its clock is wrong where that is %d s away, in answer and log', async (seconds, how) => {
    expect((await send(NOW + Math.sign(seconds) * 60_000)).status).toBe(200);
    const answer = await send(NOW + seconds * 1_000);
    expect([answer.status, isForClocks(answer)]).toEqual([401, true]);
    const { detail } = (await answer.json()) as { detail: string };
    expect(detail).toContain(`300 s ${how} the clock here`);
    expect(JSON.stringify(said)).toContain('clock');
  });

  test.each(['', 'Bearer ', `Bearer ${KEY}`, `Basic ${KEY}`, 'Signed', 'Signed x.y.z'])(
    'that has only "%s" is refused',
    async (authorization) => {
      expect((await fetch(`${url}/offers`, { headers: { authorization } })).status).toBe(401);
    },
  );

  test('of a person’s script is let in by the key where the API has one, and by no other', async () => {
    callers.apiKey = KEY;
    const statusWith = async (authorization: string): Promise<number> =>
      (await fetch(`${url}/offers`, { headers: { authorization } })).status;
    expect(await statusWith(`Bearer ${KEY}`)).toBe(200);
    for (const wrong of ['', `Bearer ${KEY}x`, `Basic ${KEY}`, 'Bearer wrong'])
      expect(await statusWith(wrong)).toBe(401);
    const { detail } = (await (await fetch(`${url}/offers`)).json()) as { detail: string };
    expect(detail).not.toContain(KEY);
  });
});

/** What is answered to a request whose body never comes, until the connection is closed. */
async function withoutBody(authorization: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.on('error', () => undefined).on('data', (chunk) => void (answer += chunk.toString()));
  await once(socket, 'connect');
  socket.write(
    `PUT /offers HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

describe('a stranger', () => {
  test.each(['x', 'Signed x.y.z', `Bearer ${KEY}`])(
    'with "%s" is refused before a byte of the body has come, and the connection closed',
    async (authorization) => {
      expect(await withoutBody(authorization)).toMatch(/^HTTP\/1.1 401 [^]*connection: close/i);
    },
  );

  test('who knocks again and again is one line of the log a minute, with how often', async () => {
    const knock = () => fetch(`${url}/offers`, { headers: { authorization: 'Signed x' } });
    for (let time = 0; time < 5; time += 1) await knock();
    expect(said).toMatchObject([[{ count: 1 }, expect.any(String)]]);
    NOW += 60_000;
    await knock();
    expect(said).toMatchObject([
      [{ count: 1 }, expect.any(String)],
      [{ count: 5 }, expect.any(String)],
    ]);
  });
});
