/** What arrived, for reading back: the latest requests with time, caller and answer, bounded in number and bytes. */
import { header, type Incoming } from '../http/exchange.ts';

const MAX_ENTRIES = 10_000;
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const SHOWN_BODY_BYTES = 64 * 1024;
/** Form fields and headers whose values are never shown. */
const SECRET_FIELDS =
  /(^|&)(client_secret|password|client_assertion|refresh_token|code|code_verifier)=[^&]*/g;
const SHOWN_HEADERS = new Set([
  'accept',
  'content-type',
  'content-length',
  'prefer',
  'if-match',
  'if-none-match',
  'user-agent',
  'odata-version',
  'cookie',
  'traceparent',
]);

interface Entry {
  request: Incoming;
  status: number;
  caller: string | undefined;
  fault: string | undefined;
  tookMs: number;
}

export interface SeenRequest {
  readonly at: string;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly caller: string | null;
  /** 0 when no answer was sent. */
  readonly status: number;
  readonly fault: string | null;
  readonly tookMs: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export class RequestLog {
  private entries: Entry[] = [];
  private bytes = 0;
  private first = 0;
  private seen = 0;

  /** Requests seen since start, including those no longer kept. */
  get total(): number {
    return this.seen;
  }

  add(
    request: Incoming,
    outcome: { status: number; caller?: string | undefined; fault?: string | undefined; at: number },
  ): void {
    this.seen += 1;
    this.bytes += request.body.length;
    this.entries.push({
      request,
      status: outcome.status,
      caller: outcome.caller,
      fault: outcome.fault,
      tookMs: outcome.at - request.receivedAt,
    });
    while (this.entries.length - this.first > MAX_ENTRIES || this.bytes > MAX_BODY_BYTES) {
      this.bytes -= (this.entries[this.first] as Entry).request.body.length;
      this.first += 1;
    }
    if (this.first > MAX_ENTRIES) {
      this.entries = this.entries.slice(this.first);
      this.first = 0;
    }
  }

  clear(): void {
    this.entries = [];
    this.first = 0;
    this.bytes = 0;
  }

  /** Oldest first; only those of `host` and containing `path` when given. */
  list(host?: string, path?: string): SeenRequest[] {
    return this.entries
      .slice(this.first)
      .filter(({ request }) => (!host || request.host === host) && (!path || request.path.includes(path)))
      .map(shown);
  }
}

function shown({ request, status, caller, fault, tookMs }: Entry): SeenRequest {
  const headers: Record<string, string> = {};
  for (const name in request.headers)
    if (SHOWN_HEADERS.has(name) || name.startsWith('x-') || name.startsWith('mscrm'))
      headers[name] = header(request, name);
  const text = request.body.subarray(0, SHOWN_BODY_BYTES).toString('utf8');
  const form = (headers['content-type'] ?? '').includes('x-www-form-urlencoded');
  return {
    at: new Date(request.receivedAt).toISOString(),
    host: request.host,
    method: request.method,
    path: request.search ? `${request.path}?${request.search}` : request.path,
    caller: caller ?? null,
    status,
    fault: fault ?? null,
    tookMs,
    headers,
    body: form ? text.replace(SECRET_FIELDS, '$1$2=(hidden)') : text,
  };
}
