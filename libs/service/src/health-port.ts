/** Health and metrics on a port of their own, which no balancer or proxy passes on. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { NOTHING_HERE, sendProblem } from './problem.ts';

const HEALTH = /^\/(health\/[a-z]+|metrics)$/;

/**
 * Serves the health routes at this port alone, and nothing else there. To be called before the service listens.
 * @returns the address, once it listens
 */
export async function serveHealthApart(
  service: FastifyInstance,
  port: number,
  host: string,
): Promise<string> {
  const server = createServer((request, response) => service.routing(request, response));
  const isOurs = (local: number | undefined): boolean =>
    local === (server.address() as AddressInfo | null)?.port;
  service.addHook('onRequest', (request, reply, done) => {
    const isHealth = HEALTH.test(request.routeOptions.url ?? '');
    if (isHealth === isOurs(request.socket.localPort)) done();
    else sendProblem(reply, NOTHING_HERE);
  });
  service.addHook('onClose', (_service, done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
  await service.ready();
  server.listen(port, host);
  await once(server, 'listening');
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}
