/** Access tokens for connections: kept while good, renewed ahead of expiry, asked for once at a time. */
import type { Kysely } from 'kysely';
import type { Logger } from '@leads/service';
import type { Connection } from '../connections/connection-facts.ts';
import { findConnection } from '../connections/connection-store.ts';
import { entraRequests, entraSeconds } from '../metrics.ts';
import type { CredentialsTables } from '../tables.ts';
import { credentialName } from './credential.ts';
import type { EntraAnswer } from './entra.ts';
import type { Pace } from './pace.ts';
import type { Refused } from './refusals.ts';
import { forgetRefusal, recallRefusal, rememberRefusal } from './remembered-refusals.ts';

/** A token with the version of the secret that it was got with, or why there is none. */
export type TokenOutcome =
  { kind: 'token'; accessToken: string; expiresAt: Date; secretVersion: number } | Refused;

export interface AccessTokensOptions {
  database: Kysely<CredentialsTables>;
  /** Asks Entra ID once, for the connection as it is now. */
  ask: (connection: Connection) => Promise<EntraAnswer>;
  pace: Pace;
  now: () => Date;
  /** From 0 to below 1. */
  random: () => number;
  log: Logger;
}

interface KeptToken {
  credential: string;
  accessToken: string;
  expiresAt: number;
  obtainedAt: number;
  /** From here on it is still handed out, and a new one is asked for. */
  renewAt: number;
  /** From here on it is handed out no more. */
  usableUntil: number;
}

/** How a token is asked for. */
interface Asking {
  /** The kept one was refused, or is to be tried anew. */
  refresh: boolean;
  /** A remembered refusal is to be tried again. */
  evenIfRefused: boolean;
}

/** A token is not handed out in its last minutes: it has to last for what its user is about to do. */
const LAST_MS = 300_000;
/** A refused token is renewed at most this often. */
const REFRESH_FLOOR_MS = 5_000;
/** A person's Validate asks Entra ID anew at most this often for one connection. */
const PERSON_FLOOR_MS = 60_000;
/** Renewals ahead of time leave the way free when those who wait for a token would have to wait longer than this. */
const RENEWALS_YIELD_MS = 1_000;
const MOST_KEPT = 20_000;

const UNKNOWN_CONNECTION: Refused = {
  kind: 'refused',
  cause: 'unknown-connection',
  what: 'There is no such connection, or it was deleted.',
  remedy: 'Create the connection again under Offer setup, Customer leads, Connect.',
  transient: false,
};

export class AccessTokens {
  private readonly kept = new Map<string, KeptToken>();
  private readonly underWay = new Map<string, Promise<EntraAnswer>>();
  private readonly askedByPerson = new Map<string, number>();
  /** Transient refusals: when the connection's credential may be tried again. */
  private readonly waiting = new Map<string, { credential: string; until: number; outcome: Refused }>();

  constructor(private readonly options: AccessTokensOptions) {}

  /**
   * A token for the connection as it is now.
   * @param refresh the kept one was refused by Dynamics 365
   */
  get(connectionId: string, refresh: boolean): Promise<TokenOutcome> {
    return this.answer(connectionId, { refresh, evenIfRefused: false });
  }

  /**
   * What Entra ID says now, for a person who validates: neither a kept token nor a remembered refusal stands in the
   * way. At most once a minute, for trying a wrong password again and again locks the account; then as {@link get}.
   */
  getForPerson(connectionId: string): Promise<TokenOutcome> {
    const now = this.options.now().getTime();
    const last = this.askedByPerson.get(connectionId);
    if (last !== undefined && now - last < PERSON_FLOOR_MS) return this.get(connectionId, false);
    this.askedByPerson.set(connectionId, now);
    return this.answer(connectionId, { refresh: true, evenIfRefused: true });
  }

  private async answer(connectionId: string, how: Asking): Promise<TokenOutcome> {
    // Read each time: a secret replaced through any instance counts from that moment.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const connection = await findConnection(this.options.database, connectionId);
      if (!connection || connection.facts.state === 'deleted') {
        this.kept.delete(connectionId);
        return UNKNOWN_CONNECTION;
      }
      const credential = credentialName(connection.facts);
      // Nothing has been waited for since the connection was read, so this is how it is.
      const kept = this.usable(connectionId, credential, how.refresh);
      if (kept) return this.handOut(kept, connection);
      const outcome = await this.obtain(connection, credential, how);
      const latest = await findConnection(this.options.database, connectionId);
      const same = latest && credentialName(latest.facts) === credential;
      if (same && latest.facts.state !== 'deleted') return outcome;
    }
    return {
      kind: 'refused',
      cause: 'changing',
      what: 'The connection is being changed again and again.',
      remedy: 'Nothing is to be done: it is tried again by itself.',
      transient: true,
    };
  }

  private async obtain(
    connection: Connection,
    credential: string,
    { refresh, evenIfRefused }: Asking,
  ): Promise<TokenOutcome> {
    const { connectionId, facts } = connection;
    const known = evenIfRefused ? undefined : await this.knownRefusal(connection, credential);
    // Looked at again: another request may have got one meanwhile, and from here on nothing is waited for.
    const since = this.usable(connectionId, credential, refresh);
    if (since) return this.handOut(since, connection);
    if (known) return known;
    const answer = await this.renew(connection, credential);
    if (answer.kind === 'refused') return refusedOutcome(answer);
    const { accessToken, expiresAt } = answer;
    return { kind: 'token', accessToken, expiresAt, secretVersion: facts.secret.version };
  }

  private handOut(kept: KeptToken, connection: Connection): TokenOutcome {
    if (this.options.now().getTime() >= kept.renewAt) this.renewBehind(connection, kept.credential);
    const { accessToken } = kept;
    const secretVersion = connection.facts.secret.version;
    return { kind: 'token', accessToken, expiresAt: new Date(kept.expiresAt), secretVersion };
  }

  /** The kept token, unless it is due to go or was refused and is not brand-new. */
  private usable(connectionId: string, credential: string, refresh: boolean): KeptToken | undefined {
    const now = this.options.now().getTime();
    const kept = this.keptFor(connectionId, credential, now);
    return kept && !(refresh && now - kept.obtainedAt >= REFRESH_FLOOR_MS) ? kept : undefined;
  }

  private keptFor(connectionId: string, credential: string, now: number): KeptToken | undefined {
    const kept = this.kept.get(connectionId);
    if (!kept) return undefined;
    if (kept.credential === credential && now < kept.usableUntil) return kept;
    this.kept.delete(connectionId);
    return undefined;
  }

  private async knownRefusal({ connectionId }: Connection, credential: string): Promise<Refused | undefined> {
    const wait = this.waitFor(connectionId, credential);
    if (wait) return wait;
    const now = this.options.now();
    return recallRefusal(this.options.database, connectionId, credential, now);
  }

  /** The transient refusal because of which Entra ID is not to be asked yet. */
  private waitFor(connectionId: string, credential: string): Refused | undefined {
    const wait = this.waiting.get(connectionId);
    if (wait?.credential === credential && this.options.now().getTime() < wait.until) return wait.outcome;
    this.waiting.delete(connectionId);
    return undefined;
  }

  /** The kept token is good for some minutes yet, so whoever asked does not wait, and a failure costs nothing. */
  private renewBehind(connection: Connection, credential: string): void {
    const { connectionId } = connection;
    if (this.waitFor(connectionId, credential) || this.options.pace.waitMs > RENEWALS_YIELD_MS) return;
    this.renew(connection, credential).catch((error: unknown) => {
      this.options.log.error(
        { error, connectionId },
        'renewing an access token failed; the kept one is handed out',
      );
    });
  }

  /** One request at a time for a credential; whoever asks meanwhile gets the same answer. */
  private renew(connection: Connection, credential: string): Promise<EntraAnswer> {
    const key = `${connection.connectionId} ${credential}`;
    const already = this.underWay.get(key);
    if (already) return already;
    const asked = this.ask(connection, credential).finally(() => this.underWay.delete(key));
    this.underWay.set(key, asked);
    return asked;
  }

  private async ask(connection: Connection, credential: string): Promise<EntraAnswer> {
    const { ask, database, log, now, pace } = this.options;
    const { connectionId } = connection;
    await pace.turn();
    const measured = entraSeconds.startTimer();
    const answer = await ask(connection);
    measured();
    entraRequests.inc({ result: answer.kind === 'refused' && answer.transient ? 'transient' : answer.kind });
    const at = now();
    if (answer.kind === 'token') {
      this.waiting.delete(connectionId);
      this.keep(connectionId, credential, answer, at.getTime());
      await forgetRefusal(database, connectionId);
      log.info({ connectionId, expiresAt: answer.expiresAt }, 'got an access token');
      return answer;
    }
    log.warn(
      { connectionId, cause: answer.cause, transient: answer.transient },
      'Entra ID gave no access token',
    );
    if (answer.transient && answer.askAgainAfterMs !== 'never') {
      const until = at.getTime() + answer.askAgainAfterMs;
      this.waiting.set(connectionId, { credential, until, outcome: refusedOutcome(answer) });
    } else {
      await rememberRefusal(database, connectionId, credential, answer, at);
    }
    return answer;
  }

  private keep(
    connectionId: string,
    credential: string,
    { accessToken, expiresAt }: EntraAnswer & { kind: 'token' },
    now: number,
  ): void {
    const lifetime = expiresAt.getTime() - now;
    // Of a token that lives no longer than its last minutes, half: asking anew each time would be a loop to Entra.
    const usableUntil = now + Math.max(lifetime - LAST_MS, lifetime / 2);
    // Spread over the last third of its use, so that connections set up together do not renew together.
    const renewAt = now + (usableUntil - now) * (2 / 3 + this.options.random() / 3);
    this.kept.delete(connectionId);
    this.kept.set(connectionId, {
      credential,
      accessToken,
      expiresAt: expiresAt.getTime(),
      obtainedAt: now,
      renewAt,
      usableUntil,
    });
    const oldest = this.kept.keys().next();
    if (this.kept.size > MOST_KEPT && !oldest.done) this.kept.delete(oldest.value);
  }
}

function refusedOutcome({ cause, what, remedy, transient }: EntraAnswer & { kind: 'refused' }): Refused {
  return { kind: 'refused', cause, what, remedy, transient };
}
