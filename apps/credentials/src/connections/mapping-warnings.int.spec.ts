import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readServiceKeys } from '@leads/contracts/service-keys';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type MappingPreview, MappingPreviewRequest } from '@leads/contracts';
import { digestOf, callerKeys, type Verified, verifyRequest } from '@leads/service';
import { contoso } from '@leads/testing';
import { type Answer, type Running, startForTest } from '../testing/running.ts';

const WARNING = {
  pointer: '/mapping/columns/contoso_missing',
  what: 'The lead table has no such column.',
  remedy: 'Correct it.',
};
const PREVIEW: MappingPreview = {
  record: { leadid: '00000000-0000-4000-8000-000000000000', lastname: 'Anders' },
  faults: [{ ...WARNING, effect: 'left-out' }],
  unchecked: [],
  readAt: '2026-11-25T08:00:00.000Z',
};

interface Asked {
  path: string;
  /** Who asks, as far as the signature holds. */
  by: Verified;
  request: MappingPreviewRequest;
}

/** Stands in for the Dynamics writer. */
let server: Server;
let asked: Asked[];
let answer: (response: ServerResponse) => void;
let running: Running;

const json = (status: number, body: unknown) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { url = '', headers } = request;
  const content = Buffer.concat(parts);
  const body = MappingPreviewRequest.parse(JSON.parse(content.toString()));
  const keys = callerKeys(readServiceKeys(await readFile(running.serviceKeys.keysFile, 'utf8')));
  const by = await verifyRequest(
    headers.authorization ?? '',
    { method: request.method ?? '', target: url, headers, bodyDigest: digestOf(content) },
    { keys, from: ['credentials'], to: 'dynamics-writer', now: Date.now() },
  );
  asked.push({ path: url, by, request: body });
  answer(response);
}

beforeAll(async () => {
  server = createServer((request, response) => {
    take(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  running = await startForTest({ WRITER_URL: `http://127.0.0.1:${port}` });
}, 60_000);
afterAll(async () => {
  await running.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}, 30_000);
beforeEach(() => {
  asked = [];
  answer = json(200, PREVIEW);
});

const { clientSecret, ...details } = contoso;
const mapping = { columns: { contoso_missing: 'offer' } };

async function save(changes: Record<string, unknown> = { mapping }): Promise<Answer> {
  const { connectionId } = await running.create();
  asked = [];
  return running.call(
    'PUT',
    `/api/connections/${connectionId}`,
    { ...details, ...changes },
    { 'if-match': '"1"' },
  );
}

describe('saved details', () => {
  test('come with what the organization would not take of their mapping', async () => {
    const saved = await save();
    expect(saved).toMatchObject({ status: 200, body: { version: 2, mapping, warnings: [WARNING] } });
    const path = `/connections/${String(saved.body['connectionId'])}/mapping-preview`;
    const by = { kind: 'signed', caller: 'credentials' };
    expect(asked).toMatchObject([{ path, by, request: { version: 2, mapping } }]);
  });

  test('come with it when a connection is made and when an earlier version comes back, too', async () => {
    const made = await running.call('POST', '/api/connections', { ...contoso, mapping });
    expect(made).toMatchObject({ status: 201, body: { version: 1, warnings: [WARNING] } });
    const path = `/api/connections/${String(made.body['connectionId'])}`;
    const restored = await running.call('POST', `${path}/versions/1/restore`, undefined, {
      'if-match': '"1"',
    });
    expect(restored).toMatchObject({ status: 200, body: { version: 2, warnings: [WARNING] } });
    expect((await running.call('GET', path)).body).not.toHaveProperty('warnings');
  });

  test('have no warnings where nothing is amiss, or where there is no mapping to ask about', async () => {
    answer = json(200, { ...PREVIEW, faults: [] });
    expect((await save()).body).not.toHaveProperty('warnings');
    expect((await save({})).body).not.toHaveProperty('warnings');
    expect(asked).toEqual([]);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['refuses the signature', json(401, {})],
    ['fails', json(500, {})],
    ['answers something else', json(200, { hello: 'world' })],
    ['is another’s sign-in page', (response) => response.end('<html>')],
    ['breaks off', (response) => response.destroy()],
    ['hangs', () => undefined],
  ])('are saved where the writer %s, and say that the mapping was not checked', async (_case, how) => {
    answer = how;
    const saved = await save();
    expect(saved).toMatchObject({
      status: 200,
      body: {
        version: 2,
        warnings: [{ pointer: '/mapping', what: expect.stringContaining('could not be checked') }],
      },
    });
    expect(saved.text).not.toContain(clientSecret);
  });
});

describe('a preview', () => {
  const preview = async (body: unknown): Promise<Answer> => {
    const { connectionId } = await running.create();
    return running.call('POST', `/api/connections/${connectionId}/mapping-preview`, body);
  };

  test('is the writer’s, of the lead in the marketplace’s words, and saves nothing', async () => {
    const lead = { UserDetails: { LastName: 'Trujillo' }, OfferTitle: 'Contoso Analytics' };
    const tried = await preview({ mapping, lead });
    expect([tried.status, tried.body]).toEqual([200, PREVIEW]);
    expect(asked).toMatchObject([
      { request: { version: 1, mapping, lead: { customer: { lastName: 'Trujillo' } } } },
    ]);
  });

  test('of what can only be wrong is refused with every fault', async () => {
    const wrong = await preview({
      mapping: { columns: { contoso_offer: 'price' }, colors: {} },
      lead: { hello: 'world' },
    });
    expect(wrong).toMatchObject({ status: 422 });
    const { errors } = wrong.body as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual([
      '/mapping/colors',
      '/mapping/columns/contoso_offer',
    ]);
    const constants = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`c${index}`, 'x']));
    expect(await preview({ mapping: { constants } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/mapping', detail: expect.stringContaining('at most 100 entries') }] },
    });
    expect(await preview({ mapping, lead: { hello: 'world' } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/lead' }] },
    });
    expect(asked).toEqual([]);
  });

  test('says that the clocks differ where the writer does', async () => {
    answer = (response) => {
      response.writeHead(401, { 'www-authenticate': 'Signed realm="leads", error="clock"' }).end('{}');
    };
    const tried = await preview({ mapping });
    expect(tried).toMatchObject({ status: 503 });
    expect(tried.text).toContain('clocks');
  });

  test('that the writer cannot make now is told as such', async () => {
    answer = json(500, {});
    expect(await preview({ mapping })).toMatchObject({ status: 503 });
  });
});
