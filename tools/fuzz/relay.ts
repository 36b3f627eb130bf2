/** Between the fuzzer and a service: makes each request one of somebody who is known there, and counts the answers. */
import { appendFileSync } from 'node:fs';
import { createServer, request as send } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A request as it came, whole. */
interface Fuzzed {
  method: string;
  /** Path and query, as they stand in the request line. */
  target: string;
  /** By names in lower case. */
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** The headers that make a request somebody's, in place of those that the fuzzer made up. */
export type Introduce = (request: Fuzzed) => Promise<Record<string, string>> | Record<string, string>;

export interface Relay {
  url: string;
  /** How many answers there were, by status; 0 where none came. */
  statuses: Map<number, number>;
  stop(): void;
}

/** They belong to one connection, and are made anew for the next. */
const OF_THE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host'];

/** @param log gets every request that was answered with 5xx or not at all, one JSON line each */
export async function startRelay(to: string, introduce: Introduce, log: string): Promise<Relay> {
  const statuses = new Map<number, number>();
  const note = ({ request, status, answer }: Awaited<ReturnType<typeof pass>>): void => {
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status !== 0 && status < 500) return;
    const { method, target, headers } = request;
    const line = { status, method, target, headers, body: request.body.toString('latin1'), answer };
    appendFileSync(log, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  };
  const server = createServer((incoming, outgoing) => {
    // The fuzzer hung up before its request was whole: nobody was asked.
    pass(incoming, outgoing, { to, introduce }).then(note, () => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statuses,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A stream of events has no end: so much of it is one answer, in milliseconds. */
const OF_A_STREAM_MS = 200;

async function contentOf(answer: IncomingMessage): Promise<Buffer> {
  const isStream = answer.headers['content-type']?.startsWith('text/event-stream') === true;
  if (!isStream) return Buffer.concat(await answer.toArray());
  const chunks: Buffer[] = [];
  answer.on('data', (chunk: Buffer) => chunks.push(chunk));
  await delay(OF_A_STREAM_MS);
  answer.destroy();
  return Buffer.concat(chunks);
}

/** @returns the request as it was sent on, and what was answered: 0 for nothing */
async function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { to, introduce }: { to: string; introduce: Introduce },
): Promise<{ request: Fuzzed; status: number; answer: string }> {
  const { method = 'GET', url: target = '/' } = incoming;
  const body = Buffer.concat(await incoming.toArray());
  const headers = Object.fromEntries(
    Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
      OF_THE_CONNECTION.includes(name) ? [] : [[name, values.length === 1 ? values.join() : values]],
    ),
  );
  const request = { method, target, headers, body };
  try {
    Object.assign(headers, await introduce(request));
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const length =
      body.length > 0 || 'content-type' in headers ? { 'content-length': String(body.length) } : {};
    const { hostname, port } = new URL(to);
    send({ hostname, port, method, path: target, headers: { ...headers, ...length } }, resolve)
      .on('error', reject)
      .end(body);
    const answer = await promise;
    const content = await contentOf(answer);
    outgoing.writeHead(answer.statusCode ?? 0, answer.rawHeaders).end(content);
    return { request, status: answer.statusCode ?? 0, answer: content.toString('utf8').slice(0, 1_000) };
  } catch (error) {
    outgoing.destroy();
    return { request, status: 0, answer: String(error) };
  }
}
