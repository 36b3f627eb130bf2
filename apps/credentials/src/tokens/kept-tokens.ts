/** The access tokens at hand, in memory alone: each while it is good for what its user is about to do. */
import { createHash } from 'node:crypto';

export interface KeptToken {
  credential: string;
  accessToken: string;
  /** Names it to who holds it too. */
  hash: string;
  expiresAt: number;
  obtainedAt: number;
  /** From here on it is still handed out, and a new one is asked for. */
  renewAt: number;
  /** From here on it is handed out no more. */
  usableUntil: number;
}

/** What the kept token has to be. */
export interface Demand {
  /** One was refused, or is to be tried anew. */
  refresh: boolean;
  /** The hash of the very one that was refused, where it is known. */
  refusedToken?: string | undefined;
}

/** A token is not handed out in its last minutes: it has to last for what its user is about to do. */
const LAST_MS = 300_000;
/** A refused token is renewed at most this often, where it is not known which one was refused. */
const REFRESH_FLOOR_MS = 5_000;
/** The very token that was refused is renewed at most this often. */
const REFUSED_FLOOR_MS = 1_000;
const MOST_KEPT = 20_000;

export class KeptTokens {
  private readonly kept = new Map<string, KeptToken>();

  /** The kept token, unless it is due to go, or was refused and is not brand-new. */
  usable(
    connectionId: string,
    credential: string,
    { refresh, refusedToken }: Demand,
    at: Date,
  ): KeptToken | undefined {
    const now = at.getTime();
    const kept = this.keptFor(connectionId, credential, now);
    if (!kept || !refresh) return kept;
    // It was another that was refused: this one has come since, for somebody else who asked.
    if (refusedToken !== undefined && refusedToken !== kept.hash) return kept;
    const floorMs = refusedToken === undefined ? REFRESH_FLOOR_MS : REFUSED_FLOOR_MS;
    return now - kept.obtainedAt < floorMs ? kept : undefined;
  }

  private keptFor(connectionId: string, credential: string, now: number): KeptToken | undefined {
    const kept = this.kept.get(connectionId);
    if (!kept) return undefined;
    if (kept.credential === credential && now < kept.usableUntil) return kept;
    this.kept.delete(connectionId);
    return undefined;
  }

  forget(connectionId: string): void {
    this.kept.delete(connectionId);
  }

  keep(
    connectionId: string,
    credential: string,
    { accessToken, expiresAt }: { accessToken: string; expiresAt: Date },
    { now: at, random }: { now: Date; random: () => number },
  ): void {
    const now = at.getTime();
    const lifetime = expiresAt.getTime() - now;
    // Of a token that lives no longer than its last minutes, half: asking anew each time would be a loop to Entra.
    const usableUntil = now + Math.max(lifetime - LAST_MS, lifetime / 2);
    // Spread over the last third of its use, so that connections set up together do not renew together.
    const renewAt = now + (usableUntil - now) * (2 / 3 + random() / 3);
    this.kept.delete(connectionId);
    this.kept.set(connectionId, {
      credential,
      accessToken,
      hash: createHash('sha256').update(accessToken).digest('base64url'),
      expiresAt: expiresAt.getTime(),
      obtainedAt: now,
      renewAt,
      usableUntil,
    });
    const oldest = this.kept.keys().next();
    if (this.kept.size > MOST_KEPT && !oldest.done) this.kept.delete(oldest.value);
  }
}
