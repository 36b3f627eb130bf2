/** The keys with which the emulated Entra signs its tokens; Dataverse checks against the same set. */
import { createHash } from 'node:crypto';
import {
  compactVerify,
  decodeProtectedHeader,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

const MOST_REMEMBERED = 10_000;

export class SigningKeys {
  private keys: readonly SigningKey[];
  /** What was signed last. */
  readonly signed: string[] = [];

  private constructor(keys: readonly SigningKey[]) {
    this.keys = keys;
  }

  static async generate(): Promise<SigningKeys> {
    return new SigningKeys([await makeKey()]);
  }

  /** What `exported` gave: an earlier run's keys. */
  static async from(pems: readonly string[]): Promise<SigningKeys> {
    return new SigningKeys(await Promise.all(pems.map((pem) => importKey(pem))));
  }

  async exported(): Promise<string[]> {
    return Promise.all(this.keys.map((key) => exportPKCS8(key.privateKey)));
  }

  get kids(): readonly string[] {
    return this.keys.map((key) => key.kid);
  }

  /** Signs with a new key from here on. `keepOld` false: tokens signed before are void at once. */
  async rotate(keepOld: boolean): Promise<void> {
    const key = await makeKey();
    this.keys = keepOld ? [key, ...this.keys].slice(0, 4) : [key];
  }

  /** Signs with the newest key, RS256. */
  async sign(claims: JWTPayload): Promise<string> {
    const key = this.keys[0] as SigningKey;
    const token = await new SignJWT(claims)
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', x5t: key.kid, kid: key.kid })
      .sign(key.privateKey);
    this.signed.push(token);
    if (this.signed.length > MOST_REMEMBERED) this.signed.shift();
    return token;
  }

  /** The claims of a token that one of the keys signed; undefined for any other text. Times are not checked. */
  async verify(token: string): Promise<{ kid: string; claims: JWTPayload } | undefined> {
    try {
      const { kid, alg } = decodeProtectedHeader(token);
      const key = this.keys.find((candidate) => candidate.kid === kid);
      if (!key || alg !== 'RS256') return undefined;
      const { payload } = await compactVerify(token, key.publicKey, { algorithms: ['RS256'] });
      return { kid: key.kid, claims: JSON.parse(new TextDecoder().decode(payload)) as JWTPayload };
    } catch {
      return undefined;
    }
  }

  jwks(issuer: string): { keys: JWK[] } {
    return { keys: this.keys.map(({ jwk }) => ({ ...jwk, issuer })) };
  }
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  return importKey(await exportPKCS8(privateKey));
}

async function importKey(pem: string): Promise<SigningKey> {
  const privateKey = await importPKCS8(pem, 'RS256', { extractable: true });
  const { n, e } = await exportJWK(privateKey);
  const publicJwk = { kty: 'RSA', n: n as string, e: e as string };
  const publicKey = await crypto.subtle.importKey(
    'jwk',
    publicJwk,
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    true,
    ['verify'],
  );
  const kid = createHash('sha1').update(publicJwk.n).digest('base64url');
  return { kid, privateKey, publicKey, jwk: { ...publicJwk, use: 'sig', kid, x5t: kid, alg: 'RS256' } };
}
