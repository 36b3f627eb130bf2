/** Access tokens for connections: kept while good, renewed ahead of expiry, asked for once at a time. */
import type { Kysely } from 'kysely';
import type { Logger } from '@leads/service';
import { type Connection, identityHash } from '../connection-facts.ts';
import { findConnection } from '../connections/connection-store.ts';
import { entraRequests, entraSeconds } from '../metrics.ts';
import type { CredentialsTables } from '../tables.ts';
import { credentialName } from './credential.ts';
import type { EntraAnswer } from './entra.ts';
import { type Demand, type KeptToken, KeptTokens } from './kept-tokens.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { type Refused, refusedFor } from './refusals.ts';
import { forgetRefusal, recallRefusal, rememberRefusal, type Tried } from './remembered-refusals.ts';

/** A token with the version of the secret that it was got with and the origin that it is for, or why there is none. */
export type TokenOutcome =
  { kind: 'token'; accessToken: string; expiresAt: Date; secretVersion: number; resource: string } | Refused;

export interface AccessTokensOptions {
  database: Kysely<CredentialsTables>;
  /** Asks Entra ID once, for the connection as it is now. */
  ask: (connection: Connection) => Promise<EntraAnswer>;
  limiter: RateLimiter;
  now: () => Date;
  /** From 0 to below 1. */
  random: () => number;
  log: Logger;
}

/** How a token is asked for. */
interface Asking extends Demand {
  /** A remembered refusal is to be tried again. */
  evenIfRefused: boolean;
}

/** A passing refusal: when the same try may be made again, and what is told until then. */
interface Wait extends Tried {
  /** Who was refused, as a hash. */
  identityHash: string | undefined;
  times: number;
  until: number;
  outcome: Refused;
}

/** A person's Validate asks Entra ID anew at most this often for one connection. */
const PERSON_FLOOR_MS = 2_000;
/** The same where a user's password is tried: repeated wrong ones lock the user. */
const PASSWORD_FLOOR_MS = 60_000;
/** Renewals ahead of time and retries leave the way free when others would have to wait longer than this. */
const OTHERS_FIRST_MS = 1_000;
const UNKNOWN_CONNECTION: Refused = {
  kind: 'refused',
  cause: 'unknown-connection',
  refusalKind: 'unknown',
  what: 'There is no such connection, or it was deleted.',
  remedy: 'Create the connection again under Offer setup, Customer leads, Connect.',
  transient: false,
};

export class AccessTokens {
  private readonly kept = new KeptTokens();
  private readonly inFlight = new Map<string, Promise<TokenOutcome>>();
  private readonly askedByPerson = new Map<string, number>();
  /** Passing refusals, by connection. They are not worth a row: they end within seconds, or with this process. */
  private readonly waiting = new Map<string, Wait>();

  constructor(private readonly options: AccessTokensOptions) {}

  /**
   * A token for the connection as it is now.
   * @param refresh one was refused by Dynamics 365
   * @param refusedToken the SHA-256 of that one (base64url), where it is known: another is handed out at once
   */
  get(connectionId: string, refresh: boolean, refusedToken?: string): Promise<TokenOutcome> {
    return this.answer(connectionId, { refresh, refusedToken, evenIfRefused: false });
  }

  /**
   * What Entra ID says now, for a person who validates: neither a kept token nor a remembered refusal stands in the
   * way. A user's password is tried at most once a minute, for repeated wrong ones lock the user; then as {@link get}.
   */
  async getForPerson(connectionId: string): Promise<TokenOutcome> {
    const connection = await findConnection(this.options.database, connectionId);
    const floorMs = connection?.facts.secret.kind === 'password' ? PASSWORD_FLOOR_MS : PERSON_FLOOR_MS;
    const now = this.options.now().getTime();
    const last = this.askedByPerson.get(connectionId);
    if (last !== undefined && now - last < floorMs) return this.get(connectionId, false);
    this.askedByPerson.set(connectionId, now);
    return this.answer(connectionId, { refresh: true, evenIfRefused: true });
  }

  /** A person acts: passing refusals of this connection, and of all that sign in as the same, stand in no way any more. */
  lift(connectionId: string, identity: string | undefined): void {
    for (const [id, wait] of this.waiting)
      if (id === connectionId || (identity !== undefined && wait.identityHash === identity))
        this.waiting.delete(id);
  }

  /** As {@link lift}, where only the connection is told. */
  async liftAllOf(connectionId: string): Promise<void> {
    if (this.waiting.size === 0) return;
    const connection = await findConnection(this.options.database, connectionId);
    this.lift(connectionId, connection && identityHash(connection.facts));
  }

  private async answer(connectionId: string, how: Asking): Promise<TokenOutcome> {
    // Read each time: a secret replaced through any instance counts from that moment.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const connection = await findConnection(this.options.database, connectionId);
      if (!connection || connection.facts.state === 'deleted') {
        this.kept.forget(connectionId);
        return UNKNOWN_CONNECTION;
      }
      const credential = credentialName(connection.facts);
      // Nothing has been waited for since the connection was read, so this is how it is.
      const kept = this.kept.usable(connectionId, credential, how, this.options.now());
      if (kept) return this.handOut(kept, connection);
      const outcome = await this.obtain(connection, credential, how);
      const latest = await findConnection(this.options.database, connectionId);
      const same = latest && credentialName(latest.facts) === credential;
      if (same && latest.facts.state !== 'deleted') return outcome;
    }
    return {
      kind: 'refused',
      cause: 'changing',
      refusalKind: 'unknown',
      what: 'The connection is being changed again and again.',
      remedy: 'Nothing is to be done: it is tried again by itself.',
      transient: true,
    };
  }

  private async obtain(connection: Connection, credential: string, how: Asking): Promise<TokenOutcome> {
    const { connectionId, version } = connection;
    const tried = { connectionId, version, credential };
    const known = how.evenIfRefused ? undefined : await this.knownRefusal(tried);
    // Looked at again: another request may have got one meanwhile, and from here on nothing is waited for.
    const since = this.kept.usable(connectionId, credential, how, this.options.now());
    if (since) return this.handOut(since, connection);
    return known ?? this.renew(connection, tried);
  }

  private handOut(kept: KeptToken, connection: Connection): TokenOutcome {
    if (this.options.now().getTime() >= kept.renewAt) this.renewBehind(connection, kept.credential);
    const { accessToken } = kept;
    return tokenOf(connection, { accessToken, expiresAt: new Date(kept.expiresAt) });
  }

  private async knownRefusal(tried: Tried): Promise<Refused | undefined> {
    const { database, now } = this.options;
    return this.waitFor(tried) ?? recallRefusal(database, tried, now());
  }

  /** The passing refusal because of which Entra ID is not to be asked yet. */
  private waitFor(tried: Tried): Refused | undefined {
    const wait = this.lastWait(tried);
    if (!wait) return undefined;
    const { now, limiter } = this.options;
    // Retries come after those who ask for the first time: an outage of Entra ID must not end in a rush.
    const leftMs = Math.max(wait.until - now().getTime(), limiter.waitMs - OTHERS_FIRST_MS);
    return leftMs > 0 ? { ...wait.outcome, askAgainAfterMs: Math.ceil(leftMs) } : undefined;
  }

  private lastWait({ connectionId, version, credential }: Tried): Wait | undefined {
    const wait = this.waiting.get(connectionId);
    return wait?.credential === credential && wait.version === version ? wait : undefined;
  }

  /** The kept token is good for some minutes yet, so whoever asked does not wait, and a failure costs nothing. */
  private renewBehind(connection: Connection, credential: string): void {
    const { connectionId, version } = connection;
    const tried = { connectionId, version, credential };
    if (this.waitFor(tried) || this.options.limiter.waitMs > OTHERS_FIRST_MS) return;
    this.renew(connection, tried).catch((error: unknown) => {
      this.options.log.error(
        { error, connectionId },
        'renewing an access token failed; the kept one is handed out',
      );
    });
  }

  /** One request at a time for a credential; whoever asks meanwhile gets the same answer. */
  private renew(connection: Connection, tried: Tried): Promise<TokenOutcome> {
    const key = `${tried.connectionId} ${tried.version} ${tried.credential}`;
    const already = this.inFlight.get(key);
    if (already) return already;
    const asked = this.ask(connection, tried).finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, asked);
    return asked;
  }

  private async ask(connection: Connection, tried: Tried): Promise<TokenOutcome> {
    const { ask, database, log, now, random, limiter } = this.options;
    const { connectionId } = connection;
    await limiter.acquire();
    const measured = entraSeconds.startTimer();
    const answer = await ask(connection);
    measured();
    const at = now();
    if (answer.kind === 'token') {
      entraRequests.inc({ result: 'token' });
      this.waiting.delete(connectionId);
      this.kept.keep(connectionId, tried.credential, answer, { now: at, random });
      await forgetRefusal(database, connectionId, at);
      log.info({ connectionId, expiresAt: answer.expiresAt }, 'got an access token');
      return tokenOf(connection, answer);
    }
    const outcome = await this.remember(connection, tried, answer, at);
    const { cause, transient } = outcome;
    entraRequests.inc({ result: transient ? 'transient' : 'refused' });
    log.warn({ connectionId, cause, transient }, 'Entra ID gave no access token');
    return outcome;
  }

  private async remember(
    connection: Connection,
    tried: Tried,
    answer: EntraAnswer & { kind: 'refused' },
    at: Date,
  ): Promise<Refused> {
    if (answer.passingTries < Infinity) {
      return rememberRefusal(this.options.database, connection, tried.credential, answer, at);
    }
    const times = (this.lastWait(tried)?.times ?? 0) + 1;
    const outcome = refusedFor(answer, times);
    const until = at.getTime() + (outcome.askAgainAfterMs ?? 0);
    const who = identityHash(connection.facts);
    this.waiting.set(tried.connectionId, { ...tried, identityHash: who, times, until, outcome });
    return outcome;
  }
}

/** What was got with a connection's secret is for its organisation: both are part of the credential's name. */
function tokenOf(
  { facts }: Connection,
  { accessToken, expiresAt }: { accessToken: string; expiresAt: Date },
): TokenOutcome {
  const resource = new URL(facts.url).origin;
  return { kind: 'token', accessToken, expiresAt, secretVersion: facts.secret.version, resource };
}
