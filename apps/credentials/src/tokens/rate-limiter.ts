/** Keeps requests to Entra ID below a rate: evenly spaced, whoever comes first goes first. */

export interface RateLimiterOptions {
  /** The most requests that begin in a second. */
  perSecond: number;
  /** Milliseconds since the epoch. */
  now: () => number;
  sleep: (ms: number) => Promise<void>;
}

export class RateLimiter {
  private nextAt = 0;

  constructor(private readonly options: RateLimiterOptions) {}

  /** How long the next one would wait, in milliseconds. */
  get waitMs(): number {
    return Math.max(0, this.nextAt - this.options.now());
  }

  /** Resolves when the caller may begin its request. */
  async acquire(): Promise<void> {
    const { perSecond, sleep, now } = this.options;
    const wait = this.waitMs;
    this.nextAt = now() + wait + 1_000 / perSecond;
    if (wait > 0) await sleep(wait);
  }
}
