/** What one request may take of a service: bytes, and time. */
import type { FastifyHttpOptions, FastifyInstance } from 'fastify';

/** How long a body may be where a route does not say otherwise, in bytes. */
const BODY_LIMIT = 1024 * 1024;

/** How long the head may be, the address and all headers together, in bytes. */
const HEAD_LIMIT = 16 * 1024;

/** A client has this long for its whole request, in milliseconds: slow ones must not pile up. */
const REQUEST_TIMEOUT_MS = 30_000;

/** So long may an answer lie unread, nothing of it taken, in milliseconds: what is unsent is kept in memory. */
const UNREAD_TIMEOUT_MS = 30_000;

/** Between two looks for requests whose time is over, in parts of that time: Node's own would take as long again. */
const LOOKS = 10;

/** Fastify's options. @param timeoutMs how long a whole request, its head too, may take to come in, in milliseconds */
export function requestLimits(
  timeoutMs = REQUEST_TIMEOUT_MS,
): Pick<FastifyHttpOptions<never>, 'bodyLimit' | 'requestTimeout' | 'http'> {
  return {
    bodyLimit: BODY_LIMIT,
    requestTimeout: timeoutMs,
    http: {
      // Node ends no request at all while it would wait longer for the head than for the whole.
      requestTimeout: timeoutMs,
      headersTimeout: timeoutMs,
      connectionsCheckingInterval: timeoutMs / LOOKS,
      maxHeaderSize: HEAD_LIMIT,
      // Its own answer to a request without one has no body; `refuse-heads.ts` gives one.
      requireHostHeader: false,
    },
  };
}

/**
 * Ends connections over which nothing of an answer is taken for so long. One whose answer is still being made, or that
 * takes what live updates bring, stays. Called before the service listens.
 */
export function endUnreadAnswers(fastify: FastifyInstance, timeoutMs = UNREAD_TIMEOUT_MS): void {
  // Told by Node where nothing moved; a connection without a request is ended then by Node itself.
  fastify.server.setTimeout(timeoutMs);
  fastify.addHook('onRequest', ({ raw: { socket } }, reply, done) => {
    reply.raw.on('timeout', () => {
      if (socket.writableLength > 0) socket.destroy();
    });
    done();
  });
}
