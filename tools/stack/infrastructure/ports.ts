/** Ports: free ones for throw-away stacks, and a clear sentence where a fixed one is taken. */
import { randomInt } from 'node:crypto';
import { createConnection, createServer } from 'node:net';
import type { Server } from 'node:net';
import { fixedPorts } from '../config.ts';
import type { Port, Ports } from '../config.ts';
import { Unready } from '../failure.ts';

const LOOPBACK = '127.0.0.1';

/** Below those that systems give to outgoing connections: nobody takes one between the choice and its use. */
const FIRST_FREE = 15_000;
const LAST_FREE = 32_000;

/**
 * As many free ports as asked for, held together while they are chosen so that none comes twice. They begin at a
 * random place: stacks that start at the same time do not meet.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  const ports: number[] = [];
  let next = randomInt(FIRST_FREE, LAST_FREE);
  for (let tried = FIRST_FREE; ports.length < count && tried < LAST_FREE; tried += 1) {
    const port = next;
    next = next + 1 < LAST_FREE ? next + 1 : FIRST_FREE;
    try {
      servers.push(await listen(port));
      ports.push(port);
    } catch {
      // Somebody listens there: the next one may be free.
    }
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  if (ports.length < count)
    throw new Unready(
      `No ${count} ports between ${FIRST_FREE} and ${LAST_FREE} are free. Nothing was started.`,
    );
  return ports;
}

/** The fixed ports' names with free numbers. */
export async function freeInsteadOf(fixed: Ports): Promise<Ports> {
  const names = Object.keys(fixed) as (keyof Ports)[];
  const free = await freePorts(names.length);
  return Object.fromEntries(
    names.map((name, index) => [name, { ...fixed[name], port: free[index] ?? 0 }]),
  ) as Ports;
}

/** A free number for every port that a stack needs. */
export function freeFixedPorts(): Promise<Ports> {
  return freeInsteadOf(fixedPorts());
}

/** Refuses to go on where somebody else listens on any of the ports, and names them all. */
export async function refuseTakenPorts(ports: readonly Port[]): Promise<void> {
  const found = await Promise.all(ports.map(async (one) => ((await isTaken(one.port)) ? [one] : [])));
  const taken = found.flat();
  if (taken.length === 0) return;
  const which = taken.map(
    ({ port, purpose, variable }) =>
      `Port ${port}, meant for ${purpose}, is taken by another program: end it, or set ${variable} to a free port.`,
  );
  throw new Unready(`${which.join('\n')}\nPorts are set in .env or in the environment. Nothing was started.`);
}

async function isTaken(port: number): Promise<boolean> {
  if (await accepts(LOOPBACK, port)) return true;
  try {
    const server = await listen(port);
    await new Promise((resolve) => server.close(resolve));
    return false;
  } catch {
    return true;
  }
}

/** True where something accepts TCP connections there. */
export async function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 2_000 });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => resolve(server));
  });
}
