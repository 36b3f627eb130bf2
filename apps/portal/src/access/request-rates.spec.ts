import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, expect, test } from '@jest/globals';
import { type Logger, ProblemFilter } from '@leads/service';
import { limitRequests } from './request-rates.ts';

@Controller()
class Anything {
  @Get('anything')
  read(): object {
    return {};
  }

  @Get('api/contact-confirmation')
  link(): object {
    return {};
  }

  @Get('health/live')
  live(): object {
    return {};
  }
}
@Module({ controllers: [Anything] })
class AnythingModule {}

let app: NestFastifyApplication;
afterEach(() => app.close());

/** People are who the header says. */
async function start(): Promise<string> {
  const adapter = new FastifyAdapter({ trustProxy: (_address: string, hop: number) => hop < 1 });
  app = await NestFactory.create<NestFastifyApplication>(AnythingModule, adapter, { logger: false });
  app.useGlobalFilters(new ProblemFilter({ error: () => undefined } as unknown as Logger));
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const userId = request.headers['x-person'];
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const person = { userId: String(userId), directoryId: 'd', name: '', email: '' };
    Object.assign(request, { session: userId === undefined ? {} : { person, endsAt } });
    done();
  });
  await limitRequests(app, { perPerson: 4, perSource: 2 });
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

test('links in mails are counted apart from all else that comes from an address', async () => {
  const url = await start();
  const ask = async (path: string) => (await fetch(`${url}/${path}`)).status;
  const paths = [
    'anything',
    'anything',
    'anything',
    ...Array.from({ length: 3 }, () => 'api/contact-confirmation'),
  ];
  const statuses: number[] = [];
  for (const path of paths) statuses.push(await ask(path));
  expect(statuses).toEqual([200, 200, 429, 200, 200, 429]);
});

test('strangers share what their address may ask, and read when to go on', async () => {
  const url = await start();
  const ask = (from: string) => fetch(`${url}/anything`, { headers: { 'x-forwarded-for': from } });
  const statuses: number[] = [];
  for (const from of ['192.0.2.1', '1.1.1.1, 192.0.2.1', '2.2.2.2, 192.0.2.1', '192.0.2.9']) {
    statuses.push((await ask(from)).status);
  }
  expect(statuses).toEqual([200, 200, 429, 200]);
  const refused = await ask('192.0.2.1');
  expect(refused.headers.get('content-type')).toContain('application/problem+json');
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(await refused.json()).toMatchObject({
    status: 429,
    detail: expect.stringMatching(/the 2 requests a minute.*Nothing was changed\. Go on in \d+ s\.$/),
  });
});

test('the addresses of one IPv6 network count as one', async () => {
  const url = await start();
  const ask = (from: string) => fetch(`${url}/anything`, { headers: { 'x-forwarded-for': from } });
  const statuses: number[] = [];
  for (const end of ['1', '2', 'ffff:1']) statuses.push((await ask(`2001:db8:1:2::${end}`)).status);
  statuses.push((await ask('2001:db8:1:3::1')).status);
  expect(statuses).toEqual([200, 200, 429, 200]);
});

test('people have a rate of their own, wherever they are', async () => {
  const url = await start();
  const ask = async (person: string) =>
    (await fetch(`${url}/anything`, { headers: { 'x-person': person } })).status;
  const statuses: number[] = [];
  for (let index = 0; index < 5; index++) statuses.push(await ask('alex'));
  expect(statuses).toEqual([200, 200, 200, 200, 429]);
  expect(await ask('robin')).toBe(200);
});

test('who asks whether the portal runs is never refused', async () => {
  const url = await start();
  for (let index = 0; index < 10; index++) expect((await fetch(`${url}/health/live`)).status).toBe(200);
});
