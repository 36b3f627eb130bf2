/**
 * What Node refuses by itself, before there is a request: answered like every other refusal, as a problem, and without
 * a character of what was sent, which can hold a key.
 */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Problem, PROBLEM_TYPE, problemText } from '../problem.ts';

const NOT_HTTP: Problem = {
  status: 400,
  title: 'Bad request',
  detail: 'What came is no request that can be read as HTTP. Nothing was changed.',
};

const PROBLEMS = new Map<string | undefined, Problem>(
  Object.entries({
    ERR_HTTP_REQUEST_TIMEOUT: {
      status: 408,
      title: 'Too slow',
      detail: 'The request did not come to its end in time. Nothing was changed. Send it anew.',
    },
    HPE_HEADER_OVERFLOW: {
      status: 431,
      title: 'Head too large',
      detail: 'The address and the headers of the request are too long together. Nothing was changed.',
    },
    HPE_CHUNK_EXTENSIONS_OVERFLOW: {
      status: 413,
      title: 'Body too large',
      detail: 'The body comes with more beside it than this address takes. Nothing was changed.',
    },
  }),
);

const NO_EXPECTATION: Problem = {
  status: 417,
  title: 'Expectation not met',
  detail: 'Of Expect only "100-continue" is known here. Nothing was changed. Send the request without it.',
};

/** The answer to the newest request of each connection. */
const newest = new WeakMap<Socket, ServerResponse>();

/** Has what Node finds wrong answered as a problem; called before the service listens. */
export function answerClientErrors(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw }, reply, done) => {
    newest.set(raw.socket, reply.raw);
    done();
  });
  fastify.server.on('checkExpectation', (_request, response: ServerResponse) => {
    const text = problemText(NO_EXPECTATION);
    const length = { 'content-length': Buffer.byteLength(text) };
    response.writeHead(417, { 'content-type': PROBLEM_TYPE, ...length, connection: 'close' }).end(text);
  });
}

/** Fastify's `clientErrorHandler`. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const answer = newest.get(socket);
  if (answer && !answer.writableEnded && answer.req.complete) {
    // What follows a whole request is wrong. That one gets its own answer first, and not this.
    answer.shouldKeepAlive = false;
    answer.once('close', () => socket.destroy(error));
    return;
  }
  const isAnswered = answer !== undefined && answer.headersSent && !answer.req.complete;
  if (socket.writable && !isAnswered) socket.write(asHttp(PROBLEMS.get(error.code) ?? NOT_HTTP));
  socket.destroy(error);
}

function asHttp(problem: Problem): string {
  const text = problemText(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}`;
}
