/** Dataverse's service protection: three limits per user and web server over a sliding window. */
import { throttledError, type Limit } from './throttling-answers.ts';
import type { DataverseError } from './errors.ts';
import type { OrganizationSettings } from './organization-settings.ts';

export type Limits = OrganizationSettings['limits'];

interface Spent {
  readonly at: number;
  readonly ms: number;
}

/** What one user has used of one web server. */
export class Usage {
  private spent: Spent[] = [];
  private first = 0;
  private total = 0;
  private running = 0;
  private ignored = 0;
  private blockedUntil = 0;
  private blockedBy: Limit = 'requests';

  /**
   * Lets a request in, or says why not. Whoever goes on while refused waits longer each time.
   * `now` in ms; call `end` when a request that was let in is answered.
   */
  begin(limits: Limits, now: number): DataverseError | undefined {
    this.forget(now - limits.windowSeconds * 1000);
    if (now < this.blockedUntil) return this.refuseAgain(limits, now);
    if (this.running >= limits.concurrency) return throttledError('concurrency', this.pause(limits), limits);
    if (this.requests >= limits.requests) return this.refuse('requests', limits, now);
    if (this.total >= limits.executionSeconds * 1000) return this.refuse('execution', limits, now);
    this.ignored = 0;
    this.running += 1;
    return undefined;
  }

  end(now: number, executionMs: number): void {
    this.running -= 1;
    this.spent.push({ at: now, ms: executionMs });
    this.total += executionMs;
  }

  get requests(): number {
    return this.spent.length - this.first + this.running;
  }

  remaining(limits: Limits): { requests: number; seconds: number } {
    return {
      requests: Math.max(0, limits.requests - this.requests),
      seconds: Math.max(0, limits.executionSeconds - this.total / 1000),
    };
  }

  private forget(before: number): void {
    while (this.first < this.spent.length && (this.spent[this.first] as Spent).at <= before) {
      this.total -= (this.spent[this.first] as Spent).ms;
      this.first += 1;
    }
    if (this.first > 1000 && this.first * 2 > this.spent.length) {
      this.spent = this.spent.slice(this.first);
      this.first = 0;
    }
    if (this.first === this.spent.length) this.total = 0;
  }

  /** The shortest wait that is asked for, s: a tenth of the window. */
  private pause(limits: Limits): number {
    return Math.max(1, limits.windowSeconds / 10);
  }

  private refuse(limit: Limit, limits: Limits, now: number): DataverseError {
    const waitSeconds = this.pause(limits);
    this.blockedBy = limit;
    this.blockedUntil = now + waitSeconds * 1000;
    return throttledError(limit, waitSeconds, limits);
  }

  private refuseAgain(limits: Limits, now: number): DataverseError {
    this.ignored += 1;
    const longest = limits.windowSeconds * 1000;
    const longer = this.pause(limits) * 1000 * 0.2 * this.ignored;
    this.blockedUntil = Math.min(now + longest, this.blockedUntil + longer);
    return throttledError(this.blockedBy, (this.blockedUntil - now) / 1000, limits);
  }
}

/** The simulated web servers of one organisation and who has used what of them. */
export class WebServers {
  private readonly usage = new Map<string, Usage>();
  private next = 0;

  /** The server that the affinity cookie names, else the next in turn. */
  choose(limits: Limits, cookie: string): { server: number; sticky: boolean } {
    const named = /(?:^|;\s*)ARRAffinity=([0-9a-f]+)/.exec(cookie)?.[1];
    for (let server = 0; named !== undefined && server < limits.servers; server += 1)
      if (affinityOf(server) === named) return { server, sticky: true };
    this.next = (this.next + 1) % limits.servers;
    return { server: this.next, sticky: false };
  }

  usageOf(userId: string, server: number): Usage {
    const name = `${server}/${userId}`;
    let usage = this.usage.get(name);
    if (!usage) this.usage.set(name, (usage = new Usage()));
    return usage;
  }

  /** Forgets everything that was used. */
  reset(): void {
    this.usage.clear();
  }
}

/** The cookie value that stands for a server. */
export const affinityOf = (server: number): string => (0xa11f1000 + server * 7919).toString(16).repeat(8);
