import { generateKeyPairSync } from 'node:crypto';
import { readSigningKey } from '@leads/contracts/service-keys';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ProblemError } from '@leads/service';
import { Credentials } from './credentials.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const key = readSigningKey(JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'portal' }));

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

async function credentialsThat(answer: RequestListener, timeoutMs = 10_000): Promise<Credentials> {
  server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const asked = { url: `http://127.0.0.1:${port}`, to: 'credentials', key, now: Date.now } as const;
  return new Credentials({ asked, timeoutMs });
}

async function problemOf(sending: Promise<unknown>): Promise<{ status: number; detail: string }> {
  const error: unknown = await sending.catch((thrown: unknown) => thrown);
  if (!(error instanceof ProblemError)) throw new Error('No problem was told.', { cause: error });
  return error.problem;
}

const ask = { path: '/api/connections', actor: 'Zoë <zoe@contoso.example>\r\n✓' };

describe('a request to the service of connections', () => {
  test('names who acts, as far as a header can, and is signed', async () => {
    let seen: object = {};
    const credentials = await credentialsThat(({ headers }, reply) => {
      seen = headers;
      reply.setHeader('content-type', 'application/json').end('{"connections":[]}');
    });
    expect(await credentials.send({ method: 'GET', ...ask })).toMatchObject({
      status: 200,
      body: { connections: [] },
    });
    expect(seen).toMatchObject({
      authorization: expect.stringMatching(/^Signed \S+$/),
      'x-actor': expect.stringMatching(/^Zo.+ <zoe@contoso\.example>\?\?\?$/),
    });
  });

  test.each([
    ['GET', 504, 'Nothing was changed'],
    ['PUT', 504, 'it is not known whether this was done'],
  ])('%s that is not answered in time ends with %d and says: %s', async (method, status, words) => {
    const credentials = await credentialsThat(() => undefined, 100);
    const problem = await problemOf(credentials.send({ method, ...ask }));
    expect(problem).toMatchObject({ status, detail: expect.stringContaining(words) });
    server?.closeAllConnections();
  });

  test('that cannot be sent has changed nothing', async () => {
    const credentials = await credentialsThat(() => undefined);
    server?.close();
    const problem = await problemOf(credentials.send({ method: 'POST', ...ask }));
    expect(problem).toMatchObject({ status: 503, detail: expect.stringContaining('Nothing was changed') });
  });

  test('that is cut off amid its answer may have been carried out', async () => {
    const credentials = await credentialsThat((request) => request.socket.destroy());
    const problem = await problemOf(credentials.send({ method: 'DELETE', ...ask }));
    expect(problem).toMatchObject({ status: 504, detail: expect.stringContaining('not known') });
  });

  test('that is refused for the clock says so', async () => {
    const credentials = await credentialsThat((_request, reply) =>
      reply.writeHead(401, { 'www-authenticate': 'Signed realm="leads", error="clock"' }).end(),
    );
    const problem = await problemOf(credentials.send({ method: 'GET', ...ask }));
    expect(problem).toMatchObject({ status: 502, detail: expect.stringContaining('clock') });
  });

  test('with a signature that is not taken does not sign the person out', async () => {
    const credentials = await credentialsThat((_request, reply) => reply.writeHead(401).end());
    expect(await problemOf(credentials.send({ method: 'GET', ...ask }))).toMatchObject({ status: 502 });
  });
});
