/** HTTP towards Microsoft: no cookies, no redirects, a time limit, and one setting that leads elsewhere. */
import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool, request } from 'undici';
import type { Proxy } from './proxy.ts';

export interface OutboundOptions {
  /**
   * Where requests to Microsoft's host names really go, e.g. `http://127.0.0.1:4010`; the original host stays in
   * the Host header. Unset in production.
   */
  resolver?: string | undefined;
  /** The way out of a network that has none of its own; not asked where `resolver` is set. */
  proxy?: Proxy | undefined;
  /** The most connections to one origin. */
  connections: number;
  /** For headers and for each part of the body, in milliseconds. */
  timeoutMs: number;
  /** The largest body that is read, in bytes. */
  maxBodyBytes: number;
}

export interface OutboundRequest {
  url: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
  /** Reads the body as it comes, where not all of it is wanted; what it throws is thrown. */
  read?: (body: AsyncIterable<Uint8Array>) => Promise<string>;
}

export interface OutboundAnswer {
  status: number;
  /** Names in lower case; of a repeated header, the first value. */
  headers: Record<string, string>;
  body: string;
}

/** An HTTP client of the above manners. Network errors are thrown as undici has them, with a `code`. */
export class Outbound {
  private readonly dispatcher: Dispatcher;

  constructor(private readonly options: OutboundOptions) {
    // undici follows no redirect and keeps no cookie unless told to.
    const manners = {
      connections: options.connections,
      pipelining: 1,
      connectTimeout: Math.min(10_000, options.timeoutMs),
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      keepAliveTimeout: 30_000,
      maxResponseSize: options.maxBodyBytes,
    };
    const { proxy, resolver } = options;
    this.dispatcher =
      proxy && !resolver
        ? new EnvHttpProxyAgent({
            ...manners,
            httpProxy: proxy.url,
            httpsProxy: proxy.url,
            noProxy: proxy.except,
            // The wait for a tunnel is a wait like any other; undici's own is five minutes.
            clientFactory: (origin, client) => new Pool(origin, { ...manners, ...client }),
          })
        : new Agent(manners);
  }

  async send(outbound: OutboundRequest): Promise<OutboundAnswer> {
    const url = new URL(outbound.url);
    const target = this.options.resolver ? new URL(url.pathname + url.search, this.options.resolver) : url;
    const answer = await request(target, {
      dispatcher: this.dispatcher,
      method: outbound.method,
      headers: { ...outbound.headers, host: url.host },
      body: outbound.body ?? null,
      signal: outbound.signal ?? null,
    });
    return {
      status: answer.statusCode,
      headers: firstValues(answer.headers),
      body: await (outbound.read ? outbound.read(answer.body) : answer.body.text()),
    };
  }

  /** Waits for what is under way. */
  close(): Promise<void> {
    return this.dispatcher.close();
  }

  /** Cuts off what is under way: each request is rejected, and whether it had its effect is unknown. */
  abort(): void {
    this.dispatcher.destroy().catch(() => undefined);
  }
}

function firstValues(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value;
      return first === undefined ? [] : [[name.toLowerCase(), first]];
    }),
  );
}
