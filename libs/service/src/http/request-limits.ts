/** What one request may take of a service: bytes, and time. */
import type { FastifyHttpOptions } from 'fastify';

/** How long a body may be where a route does not say otherwise, in bytes. */
const BODY_LIMIT = 1024 * 1024;

/** How long the head may be, the address and all headers together, in bytes. */
const HEAD_LIMIT = 16 * 1024;

/** A client has this long for its whole request, in milliseconds: slow ones must not pile up. */
const REQUEST_TIMEOUT_MS = 30_000;

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
