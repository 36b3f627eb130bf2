/** Who was asked to wait (`Retry-After`), and who came back before the time was over. */
import { z } from 'zod';
import { header, type Incoming, type Reply } from '../http/exchange.ts';

const Caller = z.object({ upn: z.string().optional(), appid: z.string().optional() });

/** How long after the answer requests may still arrive that were on their way before it, ms. */
const ON_ITS_WAY_MS = 250;

export interface Wait {
  readonly host: string;
  /** The application or user whose token the requests bore; '' without one. */
  readonly caller: string;
  /** All requests since the first wait, the refused ones among them. */
  requests: number;
  /** Requests that were answered with a time to wait. */
  refused: number;
  /** Requests that came before a time named earlier was over. */
  early: number;
}

interface Standing extends Wait {
  from: number;
  until: number;
}

export class Waits {
  private readonly byCaller = new Map<string, Standing>();

  /** Counts a request and its answer; `now` is when it is answered, in ms. */
  note(request: Incoming, reply: Reply, now: number): void {
    const seconds = Number(reply.headers['retry-after'] ?? NaN);
    const isAsked = Number.isFinite(seconds);
    if (!isAsked && this.byCaller.size === 0) return;
    const caller = callerOf(request);
    const name = `${request.host}/${caller}`;
    let wait = this.byCaller.get(name);
    if (!wait) {
      if (!isAsked) return;
      wait = { host: request.host, caller, requests: 0, refused: 0, early: 0, from: Infinity, until: 0 };
      this.byCaller.set(name, wait);
    }
    wait.requests += 1;
    if (request.receivedAt > wait.from + ON_ITS_WAY_MS && request.receivedAt < wait.until) wait.early += 1;
    if (!isAsked) return;
    wait.refused += 1;
    if (now >= wait.until) wait.from = now;
    wait.until = Math.max(wait.until, now + seconds * 1000);
  }

  list(host?: string): Wait[] {
    return [...this.byCaller.values()]
      .filter((wait) => host === undefined || wait.host === host)
      .map(({ host: at, caller, requests, refused, early }) => ({
        host: at,
        caller,
        requests,
        refused,
        early,
      }));
  }

  clear(): void {
    this.byCaller.clear();
  }
}

/** Whose token it is, unchecked: enough to tell callers apart. */
function callerOf(request: Incoming): string {
  const [, payload = ''] = header(request, 'authorization').split('.');
  try {
    const claims = Caller.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return claims.upn ?? claims.appid ?? '';
  } catch {
    return '';
  }
}
