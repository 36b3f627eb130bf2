/**
 * One request as the emulated sites see it, and what they answer: plain values, so that a part of a
 * `$batch` goes through the same code as a request from the wire.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface Incoming {
  readonly method: string;
  /** The site asked for, lower case, without port: `contoso.crm4.dynamics.com`. */
  readonly host: string;
  /** Path below that site, still percent-encoded, without query. */
  readonly path: string;
  /** Query without the question mark, still percent-encoded; '' when absent. */
  readonly search: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** True when the body went past what the server reads; `body` is then incomplete. */
  readonly tooLarge: boolean;
  /** What absolute links begin with: `https://<host>`, or the `/org/<host>` form when reached by path. */
  readonly base: string;
  /** Clock at arrival, ms since 1970. */
  readonly receivedAt: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body?: string | Buffer | undefined;
}

/** True for something still to come; answers that are there at once spare the event loop a turn. */
export function isPending<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown }).then === 'function';
}

/** A JSON answer; `contentType` replaces plain `application/json`. */
export function json(status: number, value: unknown, contentType = 'application/json; charset=utf-8'): Reply {
  return { status, headers: { 'content-type': contentType }, body: JSON.stringify(value) };
}

export function html(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

export function empty(status: number, headers: Record<string, string> = {}): Reply {
  return { status, headers };
}

export function redirect(location: string): Reply {
  return { status: 302, headers: { location } };
}

/** A request header as one string; '' when absent. */
export function header(request: Pick<Incoming, 'headers'>, name: string): string {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}
