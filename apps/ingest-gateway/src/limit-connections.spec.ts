import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { eventually } from '@leads/testing';
import { limitConnections } from './limit-connections.ts';

let server: Server;
let sockets: Socket[];
const onRefused = jest.fn<(count: number) => void>();

beforeEach(() => {
  onRefused.mockClear();
  sockets = [];
  server = createServer((_request, response) => response.end());
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

async function listen(limits: Omit<Parameters<typeof limitConnections>[1], 'onRefused'>): Promise<void> {
  limitConnections(server, { ...limits, onRefused });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

/** A connection from that address, and whether the server has closed it. */
async function open(from: string): Promise<{ socket: Socket; isClosed: () => boolean }> {
  let closed = false;
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  sockets.push(socket);
  socket.on('error', () => undefined).on('close', () => void (closed = true));
  await once(socket, 'connect');
  socket.resume();
  return { socket, isClosed: () => closed };
}

/** Whether the connection is served. */
async function isServed({ socket }: { socket: Socket }): Promise<boolean> {
  socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
  const answered = once(socket, 'data').then(
    () => true,
    () => false,
  );
  return Promise.race([answered, once(socket, 'close').then(() => false)]);
}

test('one source has so many connections and no more; another has its own, and one that ends makes room', async () => {
  await listen({ most: 100, mostOfSource: 2, idleSeconds: 60 });
  const [first, second] = [await open('127.0.0.1'), await open('127.0.0.1')];
  const third = await open('127.0.0.1');
  await eventually(() => expect(third.isClosed()).toBe(true));
  expect(await isServed(first)).toBe(true);
  expect(await isServed(await open('127.0.0.2'))).toBe(true);
  second.socket.destroy();
  await eventually(async () => expect(await isServed(await open('127.0.0.1'))).toBe(true));
  expect(onRefused).toHaveBeenCalledTimes(1);
});

test('all sources together have so many', async () => {
  await listen({ most: 2, idleSeconds: 60 });
  await open('127.0.0.1');
  const second = await open('127.0.0.2');
  expect(await isServed(second)).toBe(true);
  const third = await open('127.0.0.3');
  await eventually(() => expect(third.isClosed()).toBe(true));
  expect(onRefused).toHaveBeenCalledWith(1);
});

test('a connection without a further request is closed after so long', async () => {
  await listen({ most: 2, idleSeconds: 1 });
  const one = await open('127.0.0.1');
  expect(await isServed(one)).toBe(true);
  expect(server.keepAliveTimeout).toBe(1_000);
  await eventually(() => expect(one.isClosed()).toBe(true));
});
