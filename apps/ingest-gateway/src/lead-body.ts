/** Reads a posted body off the wire: nothing before the address is known, and never more than a lead may have. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '@leads/service';
import { cutShort, notJson, tooLarge } from './refusals.ts';

/** Has Fastify hand requests over with their bodies unread, so that the walk decides when to read them. */
export function leaveBodiesUnread(app: NestFastifyApplication): void {
  // Nest adds parsers of its own unless it knows of one for everything; Fastify then gets the real one.
  app.useBodyParser('*', {});
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
  // To what is no media type Fastify answers 415 before anybody has read the body: it is not told of any.
  fastify.addHook('onRequest', ({ raw, routeOptions: { url = '' } }, _reply, done) => {
    if (!BETWEEN_SERVICES.test(url)) {
      contentTypes.set(raw, raw.headers['content-type']);
      delete raw.headers['content-type'];
    }
    done();
  });
  // Between services, which alone have a type here, it is JSON: of who has not signed it nothing comes so far.
  fastify.addContentTypeParser('application/json', ({ raw }, payload, done) => {
    jsonOf(raw, payload).then((value) => done(null, value), done);
  });
}

/** Where other services ask: everything else is the senders'. */
export const BETWEEN_SERVICES = /^\/api\//;

/** The most bytes of a request between services: as many ids, and as long a correction, as its contract has. */
const MOST_BETWEEN_SERVICES = 512 * 1024;

/** @throws a refusal of what is too large, no JSON, cut short or not as it was signed */
async function jsonOf({ headers }: IncomingMessage, payload: Readable): Promise<unknown> {
  const body = await readBody(payload, MOST_BETWEEN_SERVICES, headers['content-length'], notJson);
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    throw notJson();
  }
}

/** What is said of the bodies of requests that are under way. */
const contentTypes = new WeakMap<IncomingMessage, string | undefined>();

/** A request whose body has not been read. */
export interface UnreadRequest {
  method: string;
  headers: IncomingHttpHeaders;
  raw: FastifyRequest;
  /** See {@link readBody}. */
  readBody: (limit: number) => Promise<Buffer>;
}

/** The parameter that is the request itself, body unread. */
export const Unread = createParamDecorator((_: unknown, context: ExecutionContext): UnreadRequest => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const { method, raw } = request;
  const headers = { ...request.headers, 'content-type': contentTypes.get(raw) };
  return {
    method,
    headers,
    raw: request,
    readBody: (limit) => readBody(raw, limit, raw.headers['content-length']),
  };
});

/**
 * Reads the whole body.
 * @throws a refusal where it is larger than `limit` bytes, or ends too early
 */
async function readBody(
  body: Readable,
  limit: number,
  length: string | undefined,
  refusal = tooLarge,
): Promise<Buffer> {
  if (Number(length) > limit) throw refusal();
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Destroying the request would cut the line before the sender has read why.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof ProblemError ? error : cutShort();
  }
  if (bytes > limit) throw refusal();
  return Buffer.concat(chunks);
}
