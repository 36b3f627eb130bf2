import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { isPublished } from './connection.ts';

let server: Server;
afterEach(() => {
  server.close();
});

/** Asks about a connection of which the credentials service answers this. */
async function asked(status: number, body: unknown): Promise<boolean> {
  server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return isPublished({ url: `http://127.0.0.1:${port}`, apiKey: 'a-key' }, 'an-id');
}

describe('a connection that was published before', () => {
  test('is published still where the service says so', async () => {
    expect(await asked(200, { state: 'published' })).toBe(true);
    server.close();
    expect(await asked(200, { state: 'draft' })).toBe(false);
  });

  test('is gone where the service does not know it', async () => {
    expect(await asked(404, {})).toBe(false);
  });

  test.each([500, 503, 401])('is not taken for gone where the service answers %d', async (status) => {
    await expect(asked(status, { title: 'not now' })).rejects.toThrow(`${status}`);
  });
});
