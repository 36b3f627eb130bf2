import { createHash } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { present, TokenClaims, type TokenAnswer, type TokenRequested } from '@leads/contracts';
import { KNOWN_REGIONS } from '@leads/contracts/connection-details';
import fc from 'fast-check';
import { CompactEncrypt, type CryptoKey, exportJWK, generateKeyPair, importJWK, jwtVerify } from 'jose';
import { Tokens } from './tokens.ts';

const ORGANIZATION = 'https://contoso.crm4.dynamics.com';
const SUBJECT = {
  connectionId: '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293',
  secretVersion: 1,
  url: ORGANIZATION,
};

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

function desk(
  answer: (claims: TokenClaims) => TokenAnswer | undefined,
  patienceMs = 5_000,
  now: () => number = Date.now,
): Desk {
  const asked: TokenClaims[] = [];
  const respond = async ({ request }: TokenRequested): Promise<void> => {
    const { payload } = await jwtVerify(request, publicKey, {
      audience: 'credentials',
      issuer: 'dynamics-writer',
      currentDate: new Date(now()),
    });
    const claims = TokenClaims.parse(payload);
    asked.push(claims);
    const said = answer(claims);
    if (said) await tokens.receive(claims.jti, await seal(claims, said));
  };
  const tokens = tokensWith(respond, patienceMs, now);
  return { tokens, asked };
}

function tokensWith(
  send: (requested: TokenRequested) => Promise<void>,
  patienceMs?: number,
  now?: () => number,
): Tokens {
  const options = { send, instance: 'writer-1', signingKey, regions: KNOWN_REGIONS };
  return new Tokens({ ...options, ...present({ patienceMs, now }) });
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
    resource: ORGANIZATION,
  };
}

describe('tokens that Dynamics refuses', () => {
  let clock: number;
  let issued: number;
  let tokens: Tokens;
  beforeEach(() => {
    clock = Date.parse('2026-11-22T12:00:00Z');
    issued = 0;
    const answer = (claims: TokenClaims): TokenAnswer => tokenAnswer(claims, `token-${(issued += 1)}`);
    tokens = desk(answer, 5_000, () => clock).tokens;
  });
  /** Uses the token at hand, which Dynamics refuses; several requests were on their way with it. */
  const refused = async (): Promise<boolean> => {
    const token = await tokens.tokenFor(SUBJECT);
    if (token.kind === 'refused') throw new Error(token.reason.what);
    const mayHelp = tokens.discard(SUBJECT, token.accessToken);
    expect(tokens.discard(SUBJECT, token.accessToken)).toBe(mayHelp);
    return mayHelp;
  };

  test('because of revocations within seconds give way to new ones each time, and that is no fault', async () => {
    for (const seconds of [0, 2, 2, 1, 1, 1]) {
      clock += seconds * 1_000;
      expect(await refused()).toBe(true);
    }
    expect(issued).toBe(6);
  });

  test('however new they are, for longer than that: it is the connection, until one has lasted', async () => {
    const answers: boolean[] = [];
    for (const seconds of [0, 1, 3, 7, 15]) {
      clock += seconds * 1_000;
      answers.push(await refused());
    }
    expect(answers).toEqual([true, true, true, false, false]);
    await tokens.tokenFor(SUBJECT);
    clock += 3_000_000;
    expect(await refused()).toBe(true);
  });
});

describe('asking for a token', () => {
  test('it is asked for once, however many leads want it, and used until it ends', async () => {
    const { tokens, asked } = desk((claims) => tokenAnswer(claims, 'first'));
    const got = await Promise.all(Array.from({ length: 20 }, () => tokens.tokenFor(SUBJECT)));
    got.push(await tokens.tokenFor(SUBJECT));
    expect(got).toEqual(
      Array.from({ length: 21 }, () => ({ kind: 'token', accessToken: 'first', organization: ORGANIZATION })),
    );
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ sub: 'writer-1', connectionId: SUBJECT.connectionId, refresh: false });
    const { iat = 0, exp = 0 } = asked[0] ?? {};
    expect(exp - iat).toBe(120);
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
    expect(await tokens.tokenFor(SUBJECT)).toEqual({
      kind: 'token',
      accessToken: 'new',
      organization: ORGANIZATION,
    });
    expect(asked.map((claims) => claims.refresh)).toEqual([false, true]);
    const refusedToken = createHash('sha256').update('refused').digest('base64url');
    expect(asked[1]).toMatchObject({ refusedToken });
  });

  test('the very token that was refused is not used again: it is asked for anew in a moment', async () => {
    const { tokens } = desk((claims) => tokenAnswer(claims, 'same'));
    await tokens.tokenFor(SUBJECT);
    tokens.discard(SUBJECT, 'same');
    expect(await tokens.tokenFor(SUBJECT)).toMatchObject({
      reason: { cause: 'token-stale', transient: true, askAgainAfterMs: 1_000 },
    });
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
    const cut = tokensWith(() => Promise.reject(new Error('no broker')));
    expect(await cut.tokenFor(SUBJECT)).toMatchObject({ reason: { cause: 'credentials-unreachable' } });
  });

  test('a broker that never takes the request is waited for no longer than an answer', async () => {
    const hanging = tokensWith(() => new Promise(() => undefined), 50);
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

describe('where a token may go', () => {
  const elsewhere = 'https://fabrikam.crm4.dynamics.com';

  test.each([
    'http://contoso.crm4.dynamics.com',
    'https://attacker.example',
    'https://contoso.crm4.dynamics.com.attacker.example',
    'https://contoso.crm4.dynamics.com@attacker.example',
    'https://contoso.crm4.dynamics.com:8443',
    'https://127.0.0.1',
    'https://contoso.crm10.dynamics.com',
  ])('not to %s, whoever announced that: none is even asked for', async (url) => {
    const { tokens, asked } = desk((claims) => tokenAnswer(claims, 'first'));
    await tokens.tokenFor(SUBJECT);
    expect(await tokens.tokenFor({ ...SUBJECT, url, secretVersion: 1 })).toMatchObject({
      kind: 'refused',
      reason: { cause: 'url-not-allowed', transient: false },
    });
    expect(asked).toHaveLength(1);
  });

  test('whatever an address says, a token comes with the origin of an organisation of Dynamics alone', async () => {
    const { tokens } = desk((claims) => tokenAnswer(claims, 'first'));
    const urls = fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.constantFrom(ORGANIZATION, elsewhere, `${ORGANIZATION}/`),
    );
    await fc.assert(
      fc.asyncProperty(urls, async (url) => {
        const token = await tokens.tokenFor({ ...SUBJECT, url });
        if (token.kind === 'token') expect(token.organization).toBe(ORGANIZATION);
      }),
    );
  });

  test('a token at hand does not go to another organisation that the connection is announced for', async () => {
    const { tokens } = desk((claims) => tokenAnswer(claims, 'first'));
    await tokens.tokenFor(SUBJECT);
    expect(await tokens.tokenFor({ ...SUBJECT, url: elsewhere })).toMatchObject({ kind: 'refused' });
    expect(await tokens.tokenFor(SUBJECT)).toMatchObject({ kind: 'token', organization: ORGANIZATION });
  });

  test.each([elsewhere, undefined])('a token that was issued for %s is not used', async (resource) => {
    let now = 1_000_000;
    const answer = (claims: TokenClaims): TokenAnswer =>
      ({ ...tokenAnswer(claims, 'first'), resource }) as TokenAnswer;
    const { tokens } = desk(answer, 5_000, () => now);
    // A move that is under way: the news of it may come by a way that is slower than the token.
    expect(await tokens.tokenFor(SUBJECT)).toMatchObject({
      reason: { cause: 'token-for-another-organization', transient: true, askAgainAfterMs: 1_000 },
    });
    now += 30_000;
    expect(await tokens.tokenFor(SUBJECT)).toMatchObject({
      reason: { cause: 'token-for-another-organization', transient: false },
    });
  });
});
