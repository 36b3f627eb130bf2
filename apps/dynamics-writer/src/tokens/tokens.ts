/** Access tokens, asked for over Kafka: signed requests out, sealed answers back, kept in memory only. */
import { createHash, randomUUID } from 'node:crypto';
import {
  EphemeralPublicKey,
  type Reason,
  TokenAnswer,
  type TokenClaims,
  type TokenRequested,
} from '@leads/contracts';
import { readDynamicsUrl, type Regions } from '@leads/contracts/connection-details';
import { compactDecrypt, type CryptoKey, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import { z } from 'zod';

/** What a token is for. */
export interface TokenSubject {
  connectionId: string;
  secretVersion: number;
  /** The organisation's address, as the connection was announced: whoever can write that topic has chosen it. */
  url: string;
}

/** Why there is no token: whether that may pass by itself, and when asking again makes sense, in milliseconds. */
export type RefusedToken = Reason & { transient: boolean; askAgainAfterMs?: number | undefined };

/** A token with the one origin that it may be sent to, or why there is none. */
export type Token =
  { kind: 'token'; accessToken: string; organization: string } | { kind: 'refused'; reason: RefusedToken };

/** A token this close to its end is not used any more, in milliseconds. */
const SAFETY_MS = 60_000;

/** A token that is refused this soon after it was got was refused from the start, in milliseconds. */
const NEW_MS = 30_000;

/** Revocations come in bursts: so many new tokens may be refused in a row, and for so long, before it is the connection. */
const NEW_ONES_REFUSED = 3;
const REFUSED_FOR_MS = 10_000;

/** A connection that was just moved to another organisation is known there and here within moments, in milliseconds. */
const MOVED_WITHIN_MS = 30_000;

const SigningKey = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string(),
  d: z.string(),
});

interface Held {
  connectionId: string;
  secretVersion: number;
  accessToken: string;
  /** The origin that it was issued for. */
  organization: string;
  gotAt: number;
  expiresAt: number;
}

/** Tokens of a connection that Dynamics refused one after another. */
interface RefusedInARow {
  /** The latest. */
  accessToken: string;
  /** How many of them were new. */
  newOnes: number;
  since: number;
}

/** What a token is asked for, its address having been checked. */
type Checked = TokenSubject & { organization: string };

interface Waiting {
  subject: Checked;
  privateKey: CryptoKey;
  answer: (answer: TokenAnswer) => void;
}

/** How long an answer is waited for, in milliseconds. */
const PATIENCE_MS = 10_000;

/** How long a request is good for, in seconds: longer than it is waited for, so that clocks may differ. */
const LIFE_S = 120;

export interface TokensOptions {
  /** Puts a request where the credentials service reads it; rejects where that failed. */
  send: (requested: TokenRequested) => Promise<void>;
  /** Names this instance: its answers come under it. */
  instance: string;
  /** A private Ed25519 JWK as JSON; `kid` is the name under which its public half is registered. */
  signingKey: string;
  /** Where organisations may be: a token goes to no other host. */
  regions: Regions;
  patienceMs?: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** The tokens of this instance. */
export class Tokens {
  private readonly held = new Map<string, Held>();
  private readonly asking = new Map<string, Promise<Token>>();
  private readonly waiting = new Map<string, Waiting>();
  private readonly refused = new Map<string, RefusedInARow>();

  private readonly misdirectedSince = new Map<string, number>();
  private readonly patienceMs: number;
  private readonly now: () => number;

  constructor(private readonly options: TokensOptions) {
    this.patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.now = options.now ?? Date.now;
  }

  /**
   * A token for a connection: the one at hand, or a new one. Asked for once, however many want it.
   *
   * Where the connection's address is none of Dynamics 365, none is asked for; and one that was issued for another
   * organisation is not given out. So what is announced of a connection, whoever announced it, sends no token astray.
   */
  tokenFor(subject: TokenSubject): Promise<Token> {
    const address = readDynamicsUrl(subject.url, this.options.regions);
    if (!address.ok) return Promise.resolve(forbidden(address.fault));
    const { origin: organization } = address;
    const held = this.held.get(subject.connectionId);
    const isNewest =
      held && held.secretVersion >= subject.secretVersion && held.organization === organization;
    if (isNewest && held.expiresAt - SAFETY_MS > this.now()) {
      return Promise.resolve({ kind: 'token', accessToken: held.accessToken, organization });
    }
    const key = `${subject.connectionId} ${organization}`;
    const asked = this.asking.get(key);
    if (asked) return asked;
    const asking = this.ask({ ...subject, organization }).finally(() => this.asking.delete(key));
    this.asking.set(key, asking);
    return asking;
  }

  /**
   * Dynamics refused this token: the next one must be new.
   * @returns whether a new one may help: not where several new ones in a row, over some seconds, were refused
   */
  discard({ connectionId }: Pick<TokenSubject, 'connectionId'>, accessToken: string): boolean {
    const held = this.held.get(connectionId);
    const before = this.refused.get(connectionId);
    const now = this.now();
    if (held?.accessToken === accessToken) {
      this.held.delete(connectionId);
      const isNew = before !== undefined && now - held.gotAt < NEW_MS;
      const row = isNew ? { newOnes: before.newOnes + 1, since: before.since } : { newOnes: 0, since: now };
      this.refused.set(connectionId, { accessToken, ...row });
    }
    const row = this.refused.get(connectionId);
    return !row || row.newOnes < NEW_ONES_REFUSED || now - row.since < REFUSED_FOR_MS;
  }

  /** Takes an answer from the topic; one for somebody else, or to nothing that was asked, is passed over. */
  async receive(requestId: string, sealed: string): Promise<void> {
    const waiting = this.waiting.get(requestId);
    if (!waiting) return;
    const { plaintext } = await compactDecrypt(sealed, waiting.privateKey, {
      keyManagementAlgorithms: ['ECDH-ES'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    const answer = TokenAnswer.parse(JSON.parse(new TextDecoder().decode(plaintext)));
    if (answer.requestId !== requestId || answer.connectionId !== waiting.subject.connectionId) {
      throw new Error('A token answer is bound to another request than the one it answers.');
    }
    waiting.answer(answer);
  }

  private async ask(subject: Checked): Promise<Token> {
    const requestId = randomUUID();
    const refused = this.refused.get(subject.connectionId);
    const isRefused = refused !== undefined && !this.held.has(subject.connectionId);
    const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256' });
    const request = await this.sign({
      jti: requestId,
      sub: this.options.instance,
      connectionId: subject.connectionId,
      refresh: isRefused,
      ...(isRefused ? { refusedToken: hashOf(refused.accessToken) } : {}),
      epk: EphemeralPublicKey.parse(await exportJWK(publicKey)),
    });
    const answered = Promise.withResolvers<TokenAnswer | 'silence'>();
    const timer = setTimeout(() => answered.resolve('silence'), this.patienceMs);
    this.waiting.set(requestId, { subject, privateKey, answer: answered.resolve });
    try {
      // A broker that hangs must not keep the lane waiting any longer than one that is silent.
      await Promise.race([this.options.send({ request }), answered.promise]);
      const answer = await answered.promise;
      return answer === 'silence' ? SILENCE : this.keep(answer, subject);
    } catch (error) {
      return unasked(error);
    } finally {
      clearTimeout(timer);
      this.waiting.delete(requestId);
    }
  }

  private keep(answer: TokenAnswer, { connectionId, organization }: Checked): Token {
    if (answer.kind === 'refused') {
      const { cause, what, remedy, transient, askAgainAfterMs } = answer;
      return { kind: 'refused', reason: { cause, what, remedy, transient, askAgainAfterMs } };
    }
    const { secretVersion, accessToken, resource } = answer;
    if (resource !== organization) return this.misdirected(connectionId, organization, resource);
    this.misdirectedSince.delete(connectionId);
    if (this.refused.get(connectionId)?.accessToken === accessToken) return NO_NEW_ONE;
    const expiresAt = Date.parse(answer.expiresAt);
    this.held.set(connectionId, {
      ...{ connectionId, secretVersion, accessToken, organization },
      ...{ gotAt: this.now(), expiresAt },
    });
    return { kind: 'token', accessToken, organization };
  }

  /** The token is for another organisation than the connection was announced for: a move under way, or a forgery. */
  private misdirected(connectionId: string, organization: string, resource: string | undefined): Token {
    const now = this.now();
    const since = this.misdirectedSince.get(connectionId) ?? now;
    this.misdirectedSince.set(connectionId, since);
    const isMove = now - since < MOVED_WITHIN_MS;
    const reason = {
      cause: 'token-for-another-organization',
      what: `The connection was announced for ${organization}, and its access token is for ${resource ?? 'an organization that is not named'}: it is not sent there.`,
      remedy:
        'Save the connection once more. If that does not help, the operators look at who wrote the topic connections.v1, and whether the credentials service is as new as the writer.',
    };
    return {
      kind: 'refused',
      reason: isMove
        ? { ...reason, transient: true, askAgainAfterMs: 1_000 }
        : { ...reason, transient: false },
    };
  }

  private async sign(
    claims: Pick<TokenClaims, 'jti' | 'sub' | 'connectionId' | 'refresh' | 'refusedToken' | 'epk'>,
  ): Promise<string> {
    const jwk = SigningKey.parse(JSON.parse(this.options.signingKey));
    const iat = Math.floor(this.now() / 1000);
    const whole: TokenClaims = {
      ...claims,
      iss: jwk.kid,
      aud: 'credentials',
      iat,
      exp: iat + LIFE_S,
    };
    return new SignJWT(whole)
      .setProtectedHeader({ alg: 'EdDSA', kid: jwk.kid })
      .sign(await importJWK(jwk, 'EdDSA'));
  }
}

/** Decided before anything is asked: see `readDynamicsUrl`. */
function forbidden(fault: string): Token {
  return {
    kind: 'refused',
    reason: {
      cause: 'url-not-allowed',
      what: `No access token is sent to the address of this connection. ${fault}`,
      remedy: 'Correct the URL in the Connection details.',
      transient: false,
    },
  };
}

function hashOf(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest('base64url');
}

/** The one that Dynamics refused came again: it is the newest there is for a moment. */
const NO_NEW_ONE: Token = {
  kind: 'refused',
  reason: {
    cause: 'token-stale',
    what: 'Dynamics did not take the access token, and there is no newer one yet.',
    remedy: 'Nothing need be done: a new one is asked for by itself.',
    transient: true,
    askAgainAfterMs: 1_000,
  },
};

const SILENCE: Token = {
  kind: 'refused',
  reason: {
    cause: 'credentials-silent',
    what: 'The credentials service did not answer in time.',
    remedy:
      'Nothing is lost: it is asked again by itself. See whether the credentials service runs, and whether its clock and that of this service agree: it answers no request from more than a minute ahead or behind.',
    transient: true,
  },
};

function unasked(error: unknown): Token {
  return {
    kind: 'refused',
    reason: {
      cause: 'credentials-unreachable',
      what: `The credentials service could not be asked: Kafka did not take the request (${String(error)}).`,
      remedy: 'Nothing is lost: it is asked again by itself. See whether the Kafka broker runs.',
      transient: true,
    },
  };
}
