/** How many connections are kept open: in all, of one source, and for how long without a request. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { normalizeIP } from '@fastify/rate-limit';
import { SECOND_MS, toldTogether } from '@leads/pacing';
import { IPV6_PREFIX } from './post-rates.ts';

export interface ConnectionLimits {
  /** Of all sources; what is beyond is closed unread. */
  most: number;
  /** Of one source; absent where proxies stand between, for there all come from these. */
  mostOfSource?: number;
  /** After so many seconds without a request a connection is closed. */
  idleSeconds: number;
  onRefused: (count: number) => void;
}

/** After so many requests a connection is closed, so that load spreads anew over instances. */
const REQUESTS_OF_CONNECTION = 10_000;

/** At most so often is it told that connections were refused, in milliseconds. */
const TELL_EVERY_MS = 60 * SECOND_MS;

/** Holds a server to the limits; called before it listens. */
export function limitConnections(server: Server, limits: ConnectionLimits): void {
  const { most, mostOfSource = Infinity, idleSeconds } = limits;
  server.maxConnections = most;
  server.keepAliveTimeout = idleSeconds * SECOND_MS;
  server.maxRequestsPerSocket = REQUESTS_OF_CONNECTION;
  const refused = toldTogether((count) => limits.onRefused(count), TELL_EVERY_MS);
  const open = new Map<string, number>();
  server.on('drop', () => refused());
  server.prependListener('connection', (socket: Socket) => {
    const source = normalizeIP(socket.remoteAddress ?? '', IPV6_PREFIX);
    const others = open.get(source) ?? 0;
    if (others >= mostOfSource) {
      refused();
      socket.destroy();
      return;
    }
    open.set(source, others + 1);
    socket.once('close', () => {
      const left = (open.get(source) ?? 0) - 1;
      if (left > 0) open.set(source, left);
      else open.delete(source);
    });
  });
}
