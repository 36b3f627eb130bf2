import { generateKeyPairSync } from 'node:crypto';
import { readServiceKeys, readSigningKey } from '@leads/contracts/service-keys';
import { describe, expect, test } from '@jest/globals';
import { own } from '@leads/contracts';
import fc from 'fast-check';
import {
  digestOf,
  callerKeys,
  SCHEME,
  type SignedParts,
  signRequest,
  verifyRequest,
} from './signed-requests.ts';

function keyPair(kid: string): { secret: string; known: object } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const secret = JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid });
  return { secret, known: { ...publicKey.export({ format: 'jwk' }), kid } };
}

const [portal, newer, credentials] = [keyPair('portal'), keyPair('portal.2027'), keyPair('credentials')];
const keys = callerKeys(
  readServiceKeys(JSON.stringify({ keys: [portal.known, newer.known, credentials.known] })),
);
const key = readSigningKey(portal.secret);
const NOW = Date.parse('2026-11-22T09:30:00Z');
const BY = { keys, from: ['portal'], to: 'credentials', now: NOW } as const;
const PARTS: SignedParts = {
  method: 'PUT',
  target: '/api/connections/1?lasting=yes',
  headers: { 'content-type': 'application/json', 'x-actor': 'Zoë', 'if-match': '"3"' },
  bodyDigest: digestOf('{"state":"paused"}'),
};

const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
const anyParts: fc.Arbitrary<SignedParts> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  target: word.map((path) => `/${encodeURIComponent(path.toWellFormed())}`),
  headers: fc.record({ 'x-actor': word, 'if-match': word }, { requiredKeys: [] }),
  bodyDigest: word.map(digestOf),
});

describe('a signed request', () => {
  test('is good as it was sent, and in no other form', async () => {
    await fc.assert(
      fc.asyncProperty(anyParts, anyParts, async (sent, other) => {
        const header = await signRequest(sent, { key, to: 'credentials', now: NOW });
        expect(await verifyRequest(header, sent, BY)).toMatchObject({ kind: 'signed', caller: 'portal' });
        for (const part of ['method', 'target', 'headers', 'bodyDigest'] as const) {
          const changed = { ...sent, [part]: other[part] };
          const isSame = JSON.stringify(trimmed(changed)) === JSON.stringify(trimmed(sent));
          const { kind } = await verifyRequest(header, changed, BY);
          expect(kind).toBe(isSame ? 'signed' : 'refused');
        }
      }),
      { numRuns: 50 },
    );
  });

  test('is good with either key while a caller’s are changed, and each request is another', async () => {
    const nonces = new Set<string>();
    for (const secret of [portal.secret, newer.secret, newer.secret]) {
      const header = await signRequest(PARTS, { key: readSigningKey(secret), to: 'credentials', now: NOW });
      const verified = await verifyRequest(header, PARTS, BY);
      expect(verified).toMatchObject({ kind: 'signed', caller: 'portal' });
      if (verified.kind === 'signed') nonces.add(verified.nonce);
    }
    expect(nonces.size).toBe(3);
  });

  test('is refused from who may not call here, for another service, and with a key that nobody knows', async () => {
    const sign = (secret: string, to: 'credentials' | 'dynamics-writer' = 'credentials') =>
      signRequest(PARTS, { key: readSigningKey(secret), to, now: NOW });
    const headers = [
      await sign(credentials.secret),
      await sign(portal.secret, 'dynamics-writer'),
      await sign(keyPair('portal').secret),
      await sign(keyPair('portal.other').secret),
    ];
    for (const header of headers) expect(await verifyRequest(header, PARTS, BY)).toEqual({ kind: 'refused' });
  });

  test('is refused in the name of another whose key it was not signed with', async () => {
    const forged = readSigningKey(
      JSON.stringify({ ...(JSON.parse(credentials.secret) as object), kid: 'portal' }),
    );
    const header = await signRequest(PARTS, { key: forged, to: 'credentials', now: NOW });
    expect(await verifyRequest(header, PARTS, BY)).toEqual({ kind: 'refused' });
  });

  test.each([-60, -59, 0, 59, 60])('is good with a clock that is %d s away', async (seconds) => {
    const header = await signRequest(PARTS, { key, to: 'credentials', now: NOW + seconds * 1_000 });
    expect(await verifyRequest(header, PARTS, BY)).toMatchObject({ kind: 'signed' });
  });

  test.each([-300, -61, 61, 300])(
    'says that it is for the clock where that is %d s away',
    async (seconds) => {
      const header = await signRequest(PARTS, { key, to: 'credentials', now: NOW + seconds * 1_000 });
      const verified = await verifyRequest(header, PARTS, BY);
      expect(verified).toEqual({ kind: 'clock', caller: 'portal', apartSeconds: seconds });
      // Who signed nothing rightly is told nothing of clocks.
      expect(await verifyRequest(header, { ...PARTS, method: 'DELETE' }, BY)).toEqual({ kind: 'refused' });
    },
  );

  test('is no header that is something else', async () => {
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`;
    for (const header of [
      '',
      SCHEME,
      `${SCHEME} `,
      `${SCHEME} ${none}`,
      `${SCHEME} a.b.c`,
      'Bearer x',
      'x'.repeat(10_000),
    ])
      expect(await verifyRequest(header, PARTS, BY)).toEqual({ kind: 'refused' });
  });
});

test('a file with keys holds what it should, and nothing that must not be there', () => {
  const read =
    (...all: unknown[]) =>
    () =>
      callerKeys(readServiceKeys(JSON.stringify({ keys: all })));
  expect(read(JSON.parse(portal.secret))).toThrow('this is a private key');
  expect(read(portal.known, keyPair('portal').known)).toThrow('the same kid');
  expect(read({ ...portal.known, kid: undefined })).toThrow();
  expect(read()).toThrow();
  expect(() => readSigningKey(JSON.stringify(portal.known))).toThrow();
  expect(() => readSigningKey('-----BEGIN PRIVATE KEY-----')).toThrow();
});

const trimmed = ({ headers, ...parts }: SignedParts): object => ({
  ...parts,
  headers: ['x-actor', 'if-match'].map((name) => String(own(headers, name) ?? '').trim()),
});
