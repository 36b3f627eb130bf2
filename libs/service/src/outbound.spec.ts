import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
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

describe('a proxy', () => {
  const answerConnect = async (): Promise<{ proxy: string; asked: string[] }> => {
    const asked: string[] = [];
    const server = createServer();
    server.on('connect', (request, socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? 'nobody'}`);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const http = new Outbound({ connections: 1, timeoutMs: 2_000, maxBodyBytes: 1000 });
    opened.push({ server, http });
    return { proxy: `127.0.0.1:${port}`, asked };
  };
  const ask = async (proxy: string, except: string, resolver?: string): Promise<unknown> => {
    const http = new Outbound({
      connections: 1,
      timeoutMs: 2_000,
      maxBodyBytes: 1000,
      proxy: { url: proxy, except },
      resolver,
    });
    const url = 'https://localhost:1/api';
    return http.send({ url, method: 'GET', headers: {} }).finally(() => http.close());
  };

  test('is asked for a tunnel to the host, as the user that its address names', async () => {
    const { proxy, asked } = await answerConnect();
    await expect(ask(`http://proxy-user:proxy-word@${proxy}`, '')).rejects.toThrow();
    expect(asked).toEqual([`localhost:1 Basic ${Buffer.from('proxy-user:proxy-word').toString('base64')}`]);
  });

  test('that refuses or cannot be reached is an error without its user and password', async () => {
    const { proxy } = await answerConnect();
    for (const address of [proxy, '127.0.0.1:1']) {
      const failed: unknown = await ask(`http://proxy-user:proxy-word@${address}`, '').catch(
        (error: unknown) => error,
      );
      expect(failed).toHaveProperty('message');
      expect(inspect(failed, { depth: 10, showHidden: true })).not.toMatch(
        /proxy-user|proxy-word|cHJveHktdXNl/,
      );
    }
  });

  test('that does not answer is given up on after the usual time', async () => {
    const server = createServer().on('connect', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const proxy = { url: `http://127.0.0.1:${port}`, except: '' };
    const http = new Outbound({ connections: 1, timeoutMs: 200, maxBodyBytes: 1000, proxy });
    opened.push({ server, http });
    const asked = http.send({ url: 'https://localhost:1/api', method: 'GET', headers: {} });
    await expect(asked).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' });
  });

  test('is passed by for the hosts that are excepted', async () => {
    const { proxy, asked } = await answerConnect();
    await expect(ask(`http://${proxy}`, 'other.example,localhost')).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect(asked).toEqual([]);
  });

  test('is passed by where a resolver leads elsewhere', async () => {
    const { proxy, asked } = await answerConnect();
    await expect(ask(`http://${proxy}`, '', 'http://127.0.0.1:1')).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect(asked).toEqual([]);
  });
});
