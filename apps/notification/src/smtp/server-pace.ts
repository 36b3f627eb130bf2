/** How many mails a process brings to the mail server at a time: fewer while it takes none, and no more than it takes a minute. */
import { MINUTE_MS } from '@leads/pacing';

export interface PaceLimits {
  /** Mails at a time, which is connections too. */
  connections: number;
  /** Mails a minute; `undefined` where there is no limit. */
  perMinute: number | undefined;
}

/** While the server takes nothing one mail asks it now and then; what is ours to mend does not mend in seconds. */
const FIRST_MS = 1_000;
const LONGEST_MS = { server: 15_000, ours: MINUTE_MS, 'slow-down': MINUTE_MS };

/** Times are milliseconds of any clock that does not go backwards. */
export class ServerPace {
  private failures = 0;
  private askAgainAt = 0;
  /** When mails were begun, oldest first, as far as the last minute. */
  private begun: number[] = [];

  constructor(private readonly limits: PaceLimits) {}

  /** How many mails may be begun now. @param underWay how many are being sent */
  room(underWay: number, now: number): number {
    const free = this.limits.connections - underWay;
    const atATime = this.failures === 0 ? free : underWay === 0 && now >= this.askAgainAt ? 1 : 0;
    return Math.max(0, Math.min(atATime, this.leftThisMinute(now)));
  }

  began(mails: number, now: number): void {
    if (this.limits.perMinute === undefined) return;
    for (let index = 0; index < mails; index++) this.begun.push(now);
  }

  /** The server took a mail, or refused one for its recipient's sake: it works. */
  works(): void {
    this.failures = 0;
  }

  /** It took nothing, and would have taken nothing else. */
  fails(kind: keyof typeof LONGEST_MS, now: number): void {
    this.failures = Math.min(this.failures + 1, 30);
    this.askAgainAt = now + Math.min(LONGEST_MS[kind], FIRST_MS * 2 ** (this.failures - 1));
  }

  private leftThisMinute(now: number): number {
    if (this.limits.perMinute === undefined) return Infinity;
    this.begun = this.begun.filter((at) => at > now - MINUTE_MS);
    return this.limits.perMinute - this.begun.length;
  }
}
