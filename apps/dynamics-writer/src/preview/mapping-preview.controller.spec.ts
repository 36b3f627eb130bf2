import { generateKeyPairSync } from 'node:crypto';
import { readServiceKeys, readSigningKey } from '@leads/contracts/service-keys';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { MappingPreview, MappingPreviewRequest } from '@leads/contracts';
import { KnownLimits } from '@leads/delivery';
import {
  CALLERS,
  type Callers,
  digestOf,
  LOG,
  type Logger,
  ProblemFilter,
  callerKeys,
  signRequest,
} from '@leads/service';
import { silent } from '@leads/delivery/testing';
import { DynamicsDestination } from '../dynamics-destination.ts';
import { MappingPreviewController } from './mapping-preview.controller.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const key = readSigningKey(JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'credentials' }));
const callers: Callers = {
  ...{ to: 'dynamics-writer', from: ['credentials'] },
  keys: callerKeys(
    readServiceKeys(
      JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'credentials' }] }),
    ),
  ),
  useOnce: () => Promise.resolve(true),
  now: Date.now,
};
const CONNECTION = '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293';
const PREVIEW: MappingPreview = { record: { leadid: 'x' }, faults: [], unchecked: [] };
const REQUEST: MappingPreviewRequest = { version: 1, mapping: {}, withinMs: 1_000 };

let app: NestFastifyApplication;
let asked: [string, MappingPreviewRequest][];
beforeAll(async () => {
  const destination = {
    preview: (id: string, request: MappingPreviewRequest) => {
      asked.push([id, request]);
      return Promise.resolve(id === CONNECTION ? PREVIEW : undefined);
    },
  };
  const module = await Test.createTestingModule({
    controllers: [MappingPreviewController],
    providers: [
      { provide: DynamicsDestination, useValue: destination },
      { provide: KnownLimits, useValue: {} },
      { provide: CALLERS, useValue: callers },
      { provide: LOG, useValue: silent },
    ],
  }).compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  app.useGlobalFilters(new ProblemFilter(module.get<Logger>(LOG)));
  await app.init();
});
afterAll(() => app.close());
beforeEach(() => {
  asked = [];
});

const post = async (id: string, body: object, to: 'credentials' | 'dynamics-writer' = 'dynamics-writer') => {
  const payload = JSON.stringify(body);
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', headers } as const;
  const url = `/connections/${id}/mapping-preview`;
  const parts = { ...request, target: url, bodyDigest: digestOf(payload) };
  const authorization = await signRequest(parts, { key, to, now: Date.now() });
  return app.inject({ ...request, url, payload, headers: { ...headers, authorization } });
};

describe('the route of previews', () => {
  test('answers who has signed for it', async () => {
    const answer = await post(CONNECTION, REQUEST);
    expect([answer.statusCode, answer.json()]).toEqual([200, PREVIEW]);
    expect(asked).toEqual([[CONNECTION, REQUEST]]);
  });

  test('is closed to what is signed for another service, and nobody is asked', async () => {
    const answer = await post(CONNECTION, REQUEST, 'credentials');
    expect(answer.statusCode).toBe(401);
    expect(asked).toEqual([]);
  });

  test('names what is no request, and knows no connection that was deleted', async () => {
    const wrong = await post(CONNECTION, { ...REQUEST, mapping: { columns: { a: 'price' } }, withinMs: 0 });
    expect([wrong.statusCode, wrong.json<{ errors: { pointer: string }[] }>().errors]).toEqual([
      422,
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/mapping/columns/a' }),
        expect.objectContaining({ pointer: '/withinMs' }),
      ]),
    ]);
    expect((await post('0195b7a2-6f1e-7c3a-9d2b-4e5f60718294', REQUEST)).statusCode).toBe(404);
  });
});
