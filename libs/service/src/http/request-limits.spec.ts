import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { eventually } from '@leads/testing';
import fastify, { type FastifyInstance } from 'fastify';
import { endUnreadAnswers, requestLimits } from './request-limits.ts';

let server: FastifyInstance | undefined;
afterEach(() => server?.close());

/** A server whose clients have so long for a request. @returns a connection to it, and what came over that */
async function open(timeoutMs: number): Promise<{ socket: Socket; answer: () => string }> {
  server = fastify(requestLimits(timeoutMs));
  server.post('/', ({ body }) => ({ body }));
  await server.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => void (answer += chunk.toString()));
  await once(socket, 'connect');
  return { socket, answer: () => answer };
}

const head = (length: number): string =>
  `POST / HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

test('a body that does not come to its end is given up, and its connection closed', async () => {
  const { socket, answer } = await open(300);
  socket.write(`${head(100_000)}{"a":`);
  const trickle = setInterval(() => socket.write(' '), 50);
  // What is written as it closes is nobody's error.
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(trickle);
  expect(answer()).toMatch(/^HTTP\/1.1 408 /);
}, 30_000);

test('a body that comes in pieces and in time is taken', async () => {
  const { socket, answer } = await open(60_000);
  socket.write(`${head(12)}{"a":`);
  socket.write('"late"}');
  await once(socket, 'data');
  expect(answer()).toMatch(/^HTTP\/1.1 200 /);
  socket.destroy();
});

test('an answer of which nothing is taken ends with its connection; one that is long in the making does not', async () => {
  server = fastify(requestLimits());
  endUnreadAnswers(server, 300);
  let left = false;
  server.get('/large', (_request, reply) => {
    reply.raw.once('close', () => (left = true));
    return 'x'.repeat(50_000_000);
  });
  server.get('/late', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return 'late';
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const unread = connect(port, '127.0.0.1').on('error', () => undefined);
  unread.pause();
  unread.write('GET /large HTTP/1.1\r\nhost: here\r\n\r\n');
  const late = await fetch(`http://127.0.0.1:${port}/late`);
  expect(await late.text()).toBe('late');
  await eventually(() => expect(left).toBe(true));
  unread.destroy();
}, 30_000);

test('a service gives a request thirty seconds, and looks every three', () => {
  expect(requestLimits()).toMatchObject({
    requestTimeout: 30_000,
    http: { requestTimeout: 30_000, headersTimeout: 30_000, connectionsCheckingInterval: 3_000 },
  });
});
