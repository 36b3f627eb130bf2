/** The one HTTP port: reads a request whole, hands it to the walk given, writes the reply. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { constants, gzip } from 'node:zlib';
import { locate } from './locate.ts';
import { isPending, type Incoming, type Reply } from './exchange.ts';

/** Above the 116.85 MB that Dataverse itself names as its cap for one message. */
const MAX_BODY_BYTES = 128 * 1024 * 1024;

/** Answers from this size on are compressed for clients that take gzip, as Dataverse does. */
const COMPRESSED_FROM = 2048;

/** What happens on the wire with a reply; everything except 'send' imitates a broken connection. */
export type Delivery =
  | { readonly kind: 'send'; readonly reply: Reply }
  | { readonly kind: 'reset' }
  | { readonly kind: 'truncate'; readonly reply: Reply }
  | { readonly kind: 'trickle'; readonly reply: Reply; readonly overMs: number };

export type Serve = (request: Incoming) => Delivery | Promise<Delivery>;

export interface HttpSite {
  readonly server: Server;
  readonly sockets: Set<Socket>;
}

/** Makes the server; the caller listens and closes. `clock` stamps arrivals, `report` gets mistakes of our own. */
export function createHttpSite(
  serve: Serve,
  isOrganization: (host: string) => boolean,
  clock: () => number,
  report: (text: string) => void = reportOnStderr,
): HttpSite {
  const sockets = new Set<Socket>();
  const server = createServer({ keepAliveTimeout: 120_000, noDelay: true }, (message, response) => {
    const receivedAt = clock();
    readBody(message, (body, tooLarge) => {
      const request = locate(message, body, tooLarge, receivedAt, isOrganization);
      let delivery: Delivery | Promise<Delivery>;
      try {
        delivery = serve(request);
      } catch (error) {
        delivery = { kind: 'send', reply: ownFailure(error, report) };
      }
      if (isPending(delivery)) {
        delivery.then(
          (settled) => deliver(response, settled),
          (error: unknown) => deliver(response, { kind: 'send', reply: ownFailure(error, report) }),
        );
      } else deliver(response, delivery);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
  return { server, sockets };
}

function readBody(message: IncomingMessage, done: (body: Buffer, tooLarge: boolean) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let finished = false;
  const finish = (tooLarge: boolean): void => {
    if (finished) return;
    finished = true;
    done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks), tooLarge);
  };
  message.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else finish(true);
  });
  message.on('end', () => finish(false));
  message.on('error', () => message.destroy());
}

function deliver(response: ServerResponse, delivery: Delivery): void {
  if (response.destroyed) return;
  if (delivery.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status, headers, body } = delivery.reply;
  if (delivery.kind === 'send') {
    if (body !== undefined && body.length >= COMPRESSED_FROM && acceptsGzip(response))
      return compress(response, delivery.reply);
    response.writeHead(status, headers);
    response.end(body);
    return;
  }
  const bytes = Buffer.from(body ?? '');
  if (delivery.kind === 'truncate' && bytes.length === 0) {
    // Without a body it is the headers that are cut short.
    const { socket } = response;
    socket?.write(`HTTP/1.1 ${status} OK\r\nOData-Ver`, () => socket.destroy());
    return;
  }
  response.writeHead(status, {
    ...headers,
    'content-length': bytes.length + (delivery.kind === 'truncate' ? 1 : 0),
  });
  if (delivery.kind === 'truncate') {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy());
    response.flushHeaders();
    return;
  }
  trickle(response, bytes, delivery.overMs);
}

const acceptsGzip = (response: ServerResponse): boolean =>
  /\bgzip\b/.test(String(response.req.headers['accept-encoding'] ?? ''));

function compress(response: ServerResponse, { status, headers, body }: Reply): void {
  gzip(body ?? '', { level: constants.Z_BEST_SPEED }, (error, zipped) => {
    response.writeHead(
      status,
      error ? headers : { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' },
    );
    response.end(error ? body : zipped);
  });
}

/** Sends the headers at once and the body in ten pieces spread over `overMs`. */
function trickle(response: ServerResponse, bytes: Buffer, overMs: number): void {
  response.flushHeaders();
  const step = Math.max(1, Math.ceil(bytes.length / 10));
  let sent = 0;
  const next = (): void => {
    if (response.destroyed) return;
    response.write(bytes.subarray(sent, sent + step));
    sent += step;
    if (sent >= bytes.length) response.end();
    else setTimeout(next, overMs / 10).unref();
  };
  setTimeout(next, overMs / 10).unref();
}

function reportOnStderr(text: string): void {
  process.stderr.write(`${JSON.stringify({ emulators: 'failed', error: text })}\n`);
}

function ownFailure(error: unknown, report: (text: string) => void): Reply {
  report(String((error as Error)?.stack ?? error));
  return {
    status: 500,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      error: { code: '0x80040216', message: `The emulator itself failed: ${String(error)}` },
    }),
  };
}
