import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, expect, test } from '@jest/globals';
import { serveHealthApart } from './health-port.ts';
import { HealthController, READINESS_CHECKS, type ReadinessCheck } from './health.ts';
import { LOG } from './service-tokens.ts';

@Controller()
class Leads {
  @Get('leads')
  list(): string[] {
    return ['a lead'];
  }
}

const away: ReadinessCheck = {
  name: 'kafka',
  needed: false,
  otherwise: 'is away',
  check: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:9092')),
};

@Module({
  controllers: [HealthController, Leads],
  providers: [
    { provide: READINESS_CHECKS, useValue: [away] },
    { provide: LOG, useValue: { info: () => undefined, warn: () => undefined } },
  ],
})
class Service {}

let app: NestFastifyApplication;
afterEach(() => app.close());

async function start(apart: boolean): Promise<{ main: string; health: string }> {
  app = await NestFactory.create<NestFastifyApplication>(Service, new FastifyAdapter(), { logger: false });
  await app.init();
  const fastify = app.getHttpAdapter().getInstance();
  const health = apart ? await serveHealthApart(fastify, 0, '127.0.0.1') : undefined;
  await app.listen(0, '127.0.0.1');
  const main = await app.getUrl();
  return { main, health: health ?? main };
}

const ROUTES = ['/health/live', '/health/ready', '/metrics'];
const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

test('health and metrics have a port of their own where one is given, and are nowhere else; nothing else is there', async () => {
  const { main, health } = await start(true);
  for (const route of ROUTES) {
    expect([route, await statusOf(`${health}${route}`)]).toEqual([route, 200]);
    expect([route, await statusOf(`${main}${route}`)]).toEqual([route, 404]);
  }
  expect(await statusOf(`${main}/leads`)).toBe(200);
  expect(await statusOf(`${health}/leads`)).toBe(404);
  expect(await statusOf(`${health}/nothing`)).toBe(404);
});

test('without one they are at the port of all the rest', async () => {
  const { main } = await start(false);
  for (const route of [...ROUTES, '/leads']) expect(await statusOf(`${main}${route}`)).toBe(200);
});

test('what is amiss is named in words of ours, never in those of a driver', async () => {
  const { health } = await start(true);
  const answer = await (await fetch(`${health}/health/ready`)).text();
  expect(JSON.parse(answer)).toEqual({ status: 'ready', degraded: [{ name: 'kafka', why: 'is away' }] });
});
