import { beforeAll, describe, expect, test } from '@jest/globals';
import { TokenClaims, type TokenAnswer, type TokenRequested } from '@leads/contracts';
import { CompactEncrypt, type CryptoKey, exportJWK, generateKeyPair, importJWK, jwtVerify } from 'jose';
import { Tokens } from './tokens.ts';

const SUBJECT = { connectionId: '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293', secretVersion: 1 };

let publicKey: CryptoKey;
let signingKey: string;

beforeAll(async () => {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  publicKey = pair.publicKey;
  signingKey = JSON.stringify({ ...(await exportJWK(pair.privateKey)), kid: 'dynamics-writer' });
});

/** What the credentials service's side does with a request: check it, answer it, seal the answer. */
interface Desk {
  tokens: Tokens;
  asked: TokenClaims[];
}

function desk(answer: (claims: TokenClaims) => TokenAnswer | undefined, patienceMs = 5_000): Desk {
  const asked: TokenClaims[] = [];
  const respond = async ({ request }: TokenRequested): Promise<void> => {
    const { payload } = await jwtVerify(request, publicKey, {
      audience: 'credentials',
      issuer: 'dynamics-writer',
    });
    const claims = TokenClaims.parse(payload);
    asked.push(claims);
    const said = answer(claims);
    if (said) await tokens.receive(claims.jti, await seal(claims, said));
  };
  const tokens = new Tokens(respond, 'writer-1', signingKey, patienceMs);
  return { tokens, asked };
}

async function seal(claims: TokenClaims, answer: TokenAnswer): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(answer)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
    .encrypt(await importJWK(claims.epk, 'ECDH-ES'));
}

function tokenAnswer(claims: TokenClaims, accessToken: string, livesMs = 3_600_000): TokenAnswer {
  return {
    kind: 'token',
    requestId: claims.jti,
    connectionId: claims.connectionId,
    secretVersion: 1,
    accessToken,
    expiresAt: new Date(Date.now() + livesMs).toISOString(),
  };
}

describe('asking for a token', () => {
  test('it is asked for once, however many leads want it, and used until it ends', async () => {
    const { tokens, asked } = desk((claims) => tokenAnswer(claims, 'first'));
    const got = await Promise.all(Array.from({ length: 20 }, () => tokens.tokenFor(SUBJECT)));
    got.push(await tokens.tokenFor(SUBJECT));
    expect(got).toEqual(Array.from({ length: 21 }, () => ({ kind: 'token', accessToken: 'first' })));
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ sub: 'writer-1', connectionId: SUBJECT.connectionId, refresh: false });
  });

  test('a token that is about to end is not used again', async () => {
    const { tokens, asked } = desk((claims) => tokenAnswer(claims, 'short', 30_000));
    await tokens.tokenFor(SUBJECT);
    await tokens.tokenFor(SUBJECT);
    expect(asked).toHaveLength(2);
  });

  test('a replaced secret makes the old token worthless', async () => {
    const { tokens, asked } = desk((claims) => tokenAnswer(claims, 'old'));
    await tokens.tokenFor(SUBJECT);
    await tokens.tokenFor({ ...SUBJECT, secretVersion: 2 });
    expect(asked).toHaveLength(2);
  });

  test('after Dynamics refused a token, a new one is asked for as such', async () => {
    const { tokens, asked } = desk((claims) => tokenAnswer(claims, claims.refresh ? 'new' : 'refused'));
    await tokens.tokenFor(SUBJECT);
    tokens.discard(SUBJECT, 'refused');
    expect(await tokens.tokenFor(SUBJECT)).toEqual({ kind: 'token', accessToken: 'new' });
    expect(asked.map((claims) => claims.refresh)).toEqual([false, true]);
  });

  test('a refusal comes with its cause and remedy, and is not kept', async () => {
    const { tokens, asked } = desk((claims) => ({
      kind: 'refused',
      requestId: claims.jti,
      connectionId: claims.connectionId,
      cause: 'AADSTS7000215',
      what: 'The client secret is wrong.',
      remedy: 'Enter the secret’s value.',
      transient: false,
    }));
    expect(await tokens.tokenFor(SUBJECT)).toMatchObject({
      kind: 'refused',
      reason: { cause: 'AADSTS7000215' },
    });
    await tokens.tokenFor(SUBJECT);
    expect(asked).toHaveLength(2);
  });

  test('silence and an unreachable broker are refusals that say so', async () => {
    const silent = desk(() => undefined, 50);
    expect(await silent.tokens.tokenFor(SUBJECT)).toMatchObject({ reason: { cause: 'credentials-silent' } });
    const cut = new Tokens(() => Promise.reject(new Error('no broker')), 'writer-1', signingKey);
    expect(await cut.tokenFor(SUBJECT)).toMatchObject({ reason: { cause: 'credentials-unreachable' } });
  });

  test('a broker that never takes the request is waited for no longer than an answer', async () => {
    const hanging = new Tokens(() => new Promise(() => undefined), 'writer-1', signingKey, 50);
    expect(await hanging.tokenFor(SUBJECT)).toMatchObject({ reason: { cause: 'credentials-silent' } });
  });

  test('an answer bound to another request or connection is not taken', async () => {
    const foreign = desk((claims) => ({
      ...tokenAnswer(claims, 'x'),
      connectionId: '0195b7a4-1111-7222-8333-444455556666',
    }));
    expect(await foreign.tokens.tokenFor(SUBJECT)).toMatchObject({ kind: 'refused' });
    const other = desk((claims) => ({
      ...tokenAnswer(claims, 'x'),
      requestId: '0195b7a4-1111-7222-8333-444455556666',
    }));
    expect(await other.tokens.tokenFor(SUBJECT)).toMatchObject({ kind: 'refused' });
  });

  test('an answer to a question never asked is passed over', async () => {
    const { tokens } = desk(() => undefined);
    await expect(
      tokens.receive('0195b7a4-1111-7222-8333-444455556666', 'not even sealed'),
    ).resolves.toBeUndefined();
  });
});
