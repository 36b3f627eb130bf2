/** By which id a request can be spoken of, with its sender and in logs: that of its W3C trace, or one of its own. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

type Traced = FastifyRequest & { traceId?: string };

/** https://www.w3.org/TR/trace-context/#traceparent-header: version, trace id, parent id, flags; later versions may add. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/** Gives each request its trace id, and says it in every answer, refusals too. */
export function traceRequests(fastify: FastifyInstance): void {
  fastify.decorateRequest('traceId', undefined);
  fastify.addHook('onRequest', (request, reply, done) => {
    traceRequest(request, reply);
    done();
  });
}

/** As {@link traceRequests}, for one that no hook sees. */
export function traceRequest(request: FastifyRequest, reply: FastifyReply): void {
  const { traceparent } = request.headers;
  const traceId = traceIdIn(typeof traceparent === 'string' ? traceparent : '') ?? newTraceId();
  (request as Traced).traceId = traceId;
  reply.header('trace-id', traceId);
}

/** 32 hexadecimal digits; `undefined` in services that do not trace requests. */
export function traceIdOf(request: FastifyRequest): string | undefined {
  return (request as Traced).traceId;
}

/** The trace id in a `traceparent`; `undefined` where that is none. Pure. */
export function traceIdIn(traceparent: string): string | undefined {
  const [, version, traceId, more] = TRACEPARENT.exec(traceparent) ?? [];
  return version === '00' && more !== undefined ? undefined : traceId;
}

function newTraceId(): string {
  return randomBytes(16).toString('hex');
}
