import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Authority, type Certificate, certificateAuthority } from '@leads/testing/certificates';
import pg from 'pg';
import { connectionTo, type DatabaseServer } from './server.ts';

jest.setTimeout(60_000);

/** The first message of a client that wants TLS: its length, and a number that stands for no version. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

let ours: Authority;
let strangers: Authority;
let server: Server;
let told: { plain: Buffer[]; secret: Buffer[] };
let certificate: Certificate;
/** Whether the server takes part in TLS. */
let speaksTls: boolean;

beforeAll(async () => {
  [ours, strangers] = await Promise.all([certificateAuthority(), certificateAuthority()]);
});
beforeEach(async () => {
  certificate = await ours.forServer();
  told = { plain: [], secret: [] };
  speaksTls = true;
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (first: Buffer) => {
      told.plain.push(first);
      if (!first.equals(SSL_REQUEST)) return socket.destroy();
      if (!speaksTls) return socket.write('N');
      socket.write('S');
      const { key, certificate: cert } = certificate;
      const secret = new TLSSocket(socket, { isServer: true, key, cert });
      secret.on('error', () => undefined);
      secret.once('data', (message: Buffer) => {
        told.secret.push(message);
        secret.destroy();
      });
      return undefined;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
});

/** What the client said before anybody gave up, and why it did. */
async function connect(tls: DatabaseServer['tls'], host = '127.0.0.1'): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const login = ['the-user', 'the-password'].join(':');
  const url = `postgres://${login}@${host}:${port}/leads`;
  const client = new pg.Client(connectionTo({ url, ...(tls && { tls }) }));
  client.on('error', () => undefined);
  return client.connect().then(
    () => 'connected',
    (error: Error) => error.message,
  );
}

describe('a connection under TLS', () => {
  test('tells who we are to a server whose certificate our authority has signed for its name or address', async () => {
    const tls = { ca: ours.certificate };
    await connect(tls);
    await connect(tls, 'localhost');
    expect(told.secret.map(String)).toEqual([
      expect.stringContaining('the-user'),
      expect.stringContaining('the-user'),
    ]);
    expect(told.plain).toEqual([SSL_REQUEST, SSL_REQUEST]);
  });

  test('tells nothing to a server that another authority has signed for', async () => {
    expect(await connect({ ca: strangers.certificate })).toMatch(/certificate|signature/);
    expect(await connect({})).toMatch(/certificate/);
    expect(told.secret).toEqual([]);
  });

  test.each([
    ['db.contoso.example', 'localhost'],
    ['localhost', '127.0.0.1'],
  ])('tells nothing to a server whose certificate is for %s, asked for at %s', async (name, host) => {
    certificate = await ours.forServer(name);
    expect(await connect({ ca: ours.certificate }, host)).toMatch(/does not match certificate/);
    expect(told.secret).toEqual([]);
  });

  test('is not made in clear where the server has no TLS', async () => {
    speaksTls = false;
    expect(await connect({ ca: ours.certificate })).toContain('does not support SSL');
    expect(told.plain).toEqual([SSL_REQUEST]);
  });
});
