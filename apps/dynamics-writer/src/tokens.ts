/** Access tokens, asked for over Kafka: signed requests out, sealed answers back, kept in memory only. */
import { randomUUID } from 'node:crypto';
import {
  EphemeralPublicKey,
  type Reason,
  TokenAnswer,
  type TokenClaims,
  type TokenRequested,
} from '@leads/contracts';
import { compactDecrypt, type CryptoKey, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import { z } from 'zod';

/** What a token is for. */
export interface TokenSubject {
  connectionId: string;
  secretVersion: number;
}

/** A token, or why there is none, and whether that may pass by itself. */
export type Token =
  { kind: 'token'; accessToken: string } | { kind: 'refused'; reason: Reason & { transient: boolean } };

/** A token this close to its end is not used any more, in milliseconds. */
const SAFETY_MS = 60_000;

const SigningKey = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string(),
  d: z.string(),
});

interface Held extends TokenSubject {
  accessToken: string;
  expiresAt: number;
}

interface Waiting {
  subject: TokenSubject;
  privateKey: CryptoKey;
  answer: (answer: TokenAnswer) => void;
}

/** The tokens of this instance. */
export class Tokens {
  private readonly held = new Map<string, Held>();
  private readonly asking = new Map<string, Promise<Token>>();
  private readonly waiting = new Map<string, Waiting>();
  private readonly refused = new Map<string, string>();
  /** Tokens that were fetched because Dynamics had refused another. */
  private readonly renewed = new Set<string>();

  constructor(
    /** Puts a request where the credentials service reads it; rejects where that failed. */
    private readonly send: (requested: TokenRequested) => Promise<void>,
    /** Names this instance: its answers come under it. */
    private readonly instance: string,
    /** A private Ed25519 JWK as JSON; `kid` is the name under which its public half is registered. */
    private readonly signingKey: string,
    /** How long a request is good for and an answer is waited for, in milliseconds. */
    private readonly patienceMs = 10_000,
  ) {}

  /** A token for a connection: the one at hand, or a new one. Asked for once, however many want it. */
  tokenFor(subject: TokenSubject): Promise<Token> {
    const held = this.held.get(subject.connectionId);
    if (held && held.secretVersion >= subject.secretVersion && held.expiresAt - SAFETY_MS > Date.now()) {
      return Promise.resolve({ kind: 'token', accessToken: held.accessToken });
    }
    const asked = this.asking.get(subject.connectionId);
    if (asked) return asked;
    const asking = this.ask(subject).finally(() => this.asking.delete(subject.connectionId));
    this.asking.set(subject.connectionId, asking);
    return asking;
  }

  /**
   * Dynamics refused this token: the next one must be new.
   * @returns whether a new one may help: not where it was itself fetched because another had been refused
   */
  discard(subject: TokenSubject, accessToken: string): boolean {
    const held = this.held.get(subject.connectionId);
    if (held?.accessToken === accessToken) {
      this.held.delete(subject.connectionId);
      this.refused.set(subject.connectionId, accessToken);
    }
    return !this.renewed.has(accessToken);
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

  private async ask(subject: TokenSubject): Promise<Token> {
    const requestId = randomUUID();
    const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256' });
    const request = await this.sign({
      jti: requestId,
      sub: this.instance,
      connectionId: subject.connectionId,
      refresh: this.refused.has(subject.connectionId),
      epk: EphemeralPublicKey.parse(await exportJWK(publicKey)),
    });
    const answered = Promise.withResolvers<TokenAnswer | 'silence'>();
    const timer = setTimeout(() => answered.resolve('silence'), this.patienceMs);
    this.waiting.set(requestId, { subject, privateKey, answer: answered.resolve });
    try {
      // A broker that hangs must not keep the lane waiting any longer than one that is silent.
      await Promise.race([this.send({ request }), answered.promise]);
      const answer = await answered.promise;
      return answer === 'silence' ? SILENCE : this.keep(answer);
    } catch (error) {
      return unasked(error);
    } finally {
      clearTimeout(timer);
      this.waiting.delete(requestId);
    }
  }

  private keep(answer: TokenAnswer): Token {
    if (answer.kind === 'refused') {
      const { cause, what, remedy, transient } = answer;
      return { kind: 'refused', reason: { cause, what, remedy, transient } };
    }
    const { connectionId, secretVersion, accessToken } = answer;
    this.renewed.delete(this.held.get(connectionId)?.accessToken ?? '');
    const before = this.refused.get(connectionId);
    if (before !== undefined) {
      this.renewed.delete(before);
      this.renewed.add(accessToken);
      this.refused.delete(connectionId);
    }
    this.held.set(connectionId, {
      connectionId,
      secretVersion,
      accessToken,
      expiresAt: Date.parse(answer.expiresAt),
    });
    return { kind: 'token', accessToken };
  }

  private async sign(
    claims: Pick<TokenClaims, 'jti' | 'sub' | 'connectionId' | 'refresh' | 'epk'>,
  ): Promise<string> {
    const jwk = SigningKey.parse(JSON.parse(this.signingKey));
    const iat = Math.floor(Date.now() / 1000);
    const whole: TokenClaims = {
      ...claims,
      iss: jwk.kid,
      aud: 'credentials',
      iat,
      exp: iat + Math.ceil(this.patienceMs / 1000),
    };
    return new SignJWT(whole)
      .setProtectedHeader({ alg: 'EdDSA', kid: jwk.kid })
      .sign(await importJWK(jwk, 'EdDSA'));
  }
}

const SILENCE: Token = {
  kind: 'refused',
  reason: {
    cause: 'credentials-silent',
    what: 'The credentials service did not answer in time.',
    remedy: 'Nothing is lost: it is asked again by itself. See whether the credentials service runs.',
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
