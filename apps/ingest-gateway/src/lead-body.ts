/** Reads a posted body off the wire: nothing before the address is known, and never more than a lead may have. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { cutShort, tooLarge } from './refusals.ts';

/** Has Fastify hand requests over with their bodies unread, so that the walk decides when to read them. */
export function leaveBodiesUnread(app: NestFastifyApplication): void {
  // Nest adds parsers of its own unless it knows of one for everything; Fastify then gets the real one.
  app.useBodyParser('*', {});
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
  // To what is no media type Fastify answers 415 before anybody has read the body: it is not told of any.
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    contentTypes.set(raw, raw.headers['content-type']);
    delete raw.headers['content-type'];
    done();
  });
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
  return { method, headers, raw: request, readBody: (limit) => readBody(raw, limit) };
});

/**
 * Reads the whole body.
 * @throws a refusal where it is larger than `limit` bytes, or ends too early
 */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length']) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Destroying the request would cut the line before the sender has read why.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) break;
      chunks.push(chunk);
    }
  } catch {
    throw cutShort();
  }
  if (bytes > limit) throw tooLarge();
  return Buffer.concat(chunks);
}
