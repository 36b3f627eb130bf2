/** Token requests that were refused, for the audit: whoever sends wrong records cannot fill it. */
import type { AuditLine } from '../audit.ts';

export interface Refusal {
  /** The registered requester, as far as one is known. */
  who: string;
  /** One of a few sentences: nothing of what was sent. */
  why: string;
  connectionId?: string | undefined;
}

/** The first refusal of a kind is a line at once, all further ones are one line with their count when told to settle. */
export class RefusedRequests {
  private repeats = new Map<string, { refusal: Refusal; times: number }>();

  constructor(private readonly write: (line: AuditLine) => Promise<void>) {}

  /** @returns whether it was the first of its kind since they were settled last */
  async add(refusal: Refusal, now: Date): Promise<boolean> {
    const kind = JSON.stringify([refusal.who, refusal.why]);
    const known = this.repeats.get(kind);
    if (known) {
      known.times++;
      return false;
    }
    this.repeats.set(kind, { refusal, times: 0 });
    await this.write(lineOf(refusal, now));
    return true;
  }

  /** Writes what has been counted. What cannot be written is counted on. */
  async settle(now: Date): Promise<void> {
    for (const [kind, counted] of [...this.repeats]) {
      const { refusal, times } = counted;
      if (times > 0) {
        const { who, why } = refusal;
        await this.write(lineOf({ who, why }, now, times));
      }
      counted.times -= times;
      if (counted.times === 0) this.repeats.delete(kind);
    }
  }
}

function lineOf({ who, why, connectionId }: Refusal, at: Date, times?: number): AuditLine {
  return {
    ...{ at, who, what: 'token request refused' as const },
    ...(connectionId === undefined ? {} : { connectionId }),
    details: { why, ...(times === undefined ? {} : { times }) },
  };
}
