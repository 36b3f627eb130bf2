import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Outbound } from './outbound.ts';

const opened: { server: Server; http: Outbound }[] = [];

afterEach(async () => {
  for (const { server, http } of opened.splice(0)) {
    await http.close();
    server.closeAllConnections();
    server.close();
  }
});

/** An outbound client whose requests to Microsoft end at a server of the test's. */
async function towards(listener: RequestListener, timeoutMs = 2_000): Promise<Outbound> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const resolver = `http://127.0.0.1:${port}`;
  const http = new Outbound({ resolver, connections: 2, timeoutMs, maxBodyBytes: 1000 });
  opened.push({ server, http });
  return http;
}

const URL_AT_MICROSOFT = 'https://contoso.crm4.dynamics.com/api/data/v9.2/leads?$top=1';

describe('requests to Microsoft', () => {
  test('keep their host, path and query when a resolver leads them elsewhere', async () => {
    const http = await towards((request, response) => response.end(`${request.headers.host} ${request.url}`));
    const answer = await http.send({ url: URL_AT_MICROSOFT, method: 'GET', headers: {} });
    expect(answer).toMatchObject({
      status: 200,
      body: 'contoso.crm4.dynamics.com /api/data/v9.2/leads?$top=1',
    });
  });

  test('follow no redirect and return no cookie', async () => {
    const cookies: (string | undefined)[] = [];
    const http = await towards((request, response) => {
      cookies.push(request.headers.cookie);
      response.writeHead(302, { location: 'http://127.0.0.1:1/', 'set-cookie': 'ARRAffinity=x' }).end();
    });
    const ask = { url: URL_AT_MICROSOFT, method: 'GET', headers: {} } as const;
    expect((await http.send(ask)).status).toBe(302);
    await http.send(ask);
    expect(cookies).toEqual([undefined, undefined]);
  });

  test('give up on an answer that does not come', async () => {
    const http = await towards(() => undefined, 100);
    await expect(http.send({ url: URL_AT_MICROSOFT, method: 'GET', headers: {} })).rejects.toMatchObject({
      code: 'UND_ERR_HEADERS_TIMEOUT',
    });
  });

  test('refuse a body larger than is reasonable', async () => {
    const http = await towards((_, response) => response.end('x'.repeat(5000)));
    await expect(http.send({ url: URL_AT_MICROSOFT, method: 'GET', headers: {} })).rejects.toMatchObject({
      code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE',
    });
  });
});
