import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { KNOWN_REGIONS } from '@leads/contracts/connection-details';
import { OutboxRelay } from '@leads/database';
import { Publisher } from '@leads/kafka';
import { Housekeeping, LOG, ProblemFilter, READINESS_CHECKS, SETTINGS, TRANSPORTS } from '@leads/service';
import { contoso, testSigning } from '@leads/testing';
import { Kysely } from 'kysely';
import { AppModule } from './app.module.ts';
import { WatchExpiry } from './alerts/watch-expiry.ts';
import { Connections } from './connections/connections.ts';
import { Vault } from './secrets/vault.ts';

interface Document {
  paths: Record<string, Record<string, { parameters: { name: string; required: boolean }[] }>>;
  components: {
    schemas: Record<
      string,
      { oneOf?: { required: string[]; properties: object; additionalProperties: unknown }[] }
    >;
  };
}

const apiKey = 'an-api-key-of-the-test';
const otherKey = 'another-api-key-of-the-test';
const stop = jest.fn();
const log = { info: jest.fn(), debug: jest.fn(), warn: jest.fn(), error: jest.fn() };
const connections = { find: jest.fn(() => Promise.resolve(undefined)) };

/** Credentials with what it needs from outside replaced: no database, no broker, no master key. */
let app: NestFastifyApplication;
let document: Document;
beforeAll(async () => {
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(SETTINGS)
    .useValue({
      ...{ KAFKA_BROKERS: [], DYNAMICS_REGIONS: KNOWN_REGIONS },
      SERVICE_KEYS_FILE: testSigning('credentials').known,
      ...{ CREDENTIALS_API_KEY: otherKey, CREDENTIALS_API_KEY_FILE: apiKey },
    })
    .overrideProvider(LOG)
    .useValue(log)
    .overrideProvider(Kysely)
    .useValue({ destroy: stop })
    .overrideProvider(Publisher)
    .useValue({ disconnect: stop })
    .overrideProvider(OutboxRelay)
    .useValue({ stop })
    .overrideProvider(TRANSPORTS)
    .useValue([])
    .overrideProvider(READINESS_CHECKS)
    .useValue([])
    .overrideProvider(Vault)
    .useValue({})
    .overrideProvider(Connections)
    .useValue(connections)
    .overrideProvider(Housekeeping)
    .useValue({})
    .overrideProvider(WatchExpiry)
    .useValue({})
    .compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  app.useGlobalFilters(new ProblemFilter(module.get(LOG)));
  await app.init();
  document = (await app.inject('/api/openapi.json')).json<Document>();
});
afterAll(() => app.close());

const routes = (): [method: string, path: string][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method): [string, string] => [method.toUpperCase(), path]),
  );

describe('the OpenAPI document', () => {
  test('has the routes of every room', () => {
    expect(routes()).toEqual(
      expect.arrayContaining([
        ['POST', '/api/connections'],
        ['PUT', '/api/connections/{id}/secret'],
        ['POST', '/api/connections/{id}/versions/{version}/restore'],
        ['POST', '/api/connections/{id}/validate'],
        ['GET', '/api/incidents'],
        ['POST', '/api/incidents/{id}/acknowledge'],
      ]),
    );
    expect(routes().length).toBeGreaterThan(15);
  });

  test('knows each field that can be entered, refuses others, and points nowhere', () => {
    const [byApplication] = document.components.schemas['NewConnection']?.oneOf ?? [];
    const required = Object.keys(contoso).filter((name) => name !== 'clientSecret');
    expect(byApplication?.required.sort()).toEqual(required.sort());
    expect(Object.keys(byApplication?.properties ?? {})).toEqual(
      expect.arrayContaining(['clientSecret', 'clientSecretExpiresOn', 'certificate']),
    );
    expect(byApplication?.additionalProperties).toBe(false);
    for (const [, name = ''] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(document.components.schemas).toHaveProperty(name);
    }
  });

  test('says which version a change needs, and that every change can name who acts', () => {
    const headers = (path: string, method: string): Record<string, boolean> =>
      Object.fromEntries(
        (document.paths[path]?.[method]?.parameters ?? []).map(({ name, required }) => [name, required]),
      );
    const change = { id: true, 'If-Match': true, 'X-Actor': false };
    expect(headers('/api/connections/{id}', 'put')).toEqual(change);
    expect(headers('/api/connections/{id}', 'delete')).toEqual(change);
    expect(headers('/api/connections/{id}/pause', 'post')).toEqual({ ...change, 'If-Match': false });
    for (const [method, path] of routes().filter(([verb]) => verb !== 'GET')) {
      expect(headers(path, method.toLowerCase())).toHaveProperty('X-Actor');
    }
  });
});

describe('the API', () => {
  test('is closed to whoever has no key, but for its document', async () => {
    for (const [method, path] of routes().filter(([, route]) => route !== '/api/openapi.json')) {
      const answer = await app.inject({ method: method as 'GET', url: path.replaceAll(/[{}]/g, '') });
      expect([method, path, answer.statusCode]).toEqual([method, path, 401]);
    }
  });

  test('is opened by the key that a file holds, before one that is said beside it', async () => {
    const as = (key: string) =>
      app.inject({ url: '/api/connections/17', headers: { authorization: `Bearer ${key}` } });
    expect((await as(apiKey)).statusCode).toBe(404);
    expect((await as(otherKey)).statusCode).toBe(401);
  });

  test('takes what cannot be an id for the id of nothing, and asks nobody', async () => {
    const headers = { authorization: `Bearer ${apiKey}` };
    const answer = await app.inject({ url: '/api/connections/17', headers });
    expect(answer.json()).toMatchObject({ status: 404, title: 'No such connection' });
    expect(connections.find).not.toHaveBeenCalled();
  });
});
