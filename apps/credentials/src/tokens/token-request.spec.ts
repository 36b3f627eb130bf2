import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { readRequesterKeys, type RequesterKeys, verifyRequest } from './token-request.ts';

const now = new Date('2026-11-22T12:00:00Z');
const iat = now.getTime() / 1_000;
let privateKey: CryptoKey;
let keys: RequesterKeys;
let jwk: Record<string, unknown>;

beforeAll(async () => {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  privateKey = pair.privateKey;
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'dynamics-writer' };
  keys = readRequesterKeys(JSON.stringify({ keys: [jwk] }));
});

async function verify(
  changes: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const claims = {
    jti: randomUUID(),
    iss: 'dynamics-writer',
    sub: 'dynamics-writer-1',
    aud: 'credentials',
    iat,
    exp: iat + 30,
    connectionId: randomUUID(),
    refresh: false,
    epk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
    ...changes,
  };
  const request = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', kid: 'dynamics-writer', ...header })
    .sign(privateKey);
  const verified = await verifyRequest(request, { keys, now });
  return verified.ok ? 'good' : verified.why;
}

describe('a token request', () => {
  test('is good when a registered requester signed it for us, just now', async () => {
    expect(await verify()).toBe('good');
  });

  test.each([
    [
      'has expired',
      { iat: iat - 200, exp: iat - 80 },
      'it has expired, or the clock of its service is more than 60 s behind ours',
    ],
    [
      'is from a clock far ahead',
      { iat: iat + 80, exp: iat + 200 },
      'the clock of its service is more than 60 s ahead of ours',
    ],
    [
      'was made long ago and is good for ever',
      { iat: iat - 400, exp: iat + 4_000 },
      'it has expired, or the clock of its service is more than 60 s behind ours',
    ],
    ['is good for too long', { exp: iat + 301 }, 'it would be good for longer than 300 s'],
    ['is for another service', { aud: 'portal' }, 'its claim "aud" is wrong'],
    ['is in the name of another', { iss: 'portal' }, "it was signed with another requester's key"],
    ['has no id', { jti: undefined }, 'its claim "jti" is wrong'],
    ['names no connection', { connectionId: 'all' }, 'its claims are not those of a token request'],
    ['has a key that is none', { epk: { kty: 'RSA' } }, 'its claims are not those of a token request'],
  ])('that %s is turned away', async (_case, changes, why) => {
    expect(await verify(changes)).toBe(why);
  });

  test.each([-55, -20, 20, 55])('is good although its clock is %d s from ours', async (offset) => {
    expect(await verify({ iat: iat + offset, exp: iat + offset + 120 })).toBe('good');
    // And one that is good for a moment alone, as of an older writer.
    expect(await verify({ iat: iat + offset, exp: iat + offset + 10 })).toBe('good');
  });

  test('of an unregistered requester, unsigned, or of another kind is turned away', async () => {
    expect(await verify({}, { kid: 'somebody' })).toBe('no requester is registered for its key');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`;
    for (const request of [none, '', 'a.b.c', 'x'.repeat(10_000)]) {
      expect(await verifyRequest(request, { keys, now })).toMatchObject({ ok: false });
    }
  });

  test('the file of public keys must not hold a private one, another kind of key, or none', async () => {
    const read =
      (...some: unknown[]) =>
      () =>
        readRequesterKeys(JSON.stringify({ keys: some }));
    expect(read({ ...jwk, d: 'secret' })).toThrow('this is a private key');
    expect(read({ ...jwk, kid: undefined })).toThrow();
    expect(read({ kty: 'RSA', kid: 'a', n: 'n', e: 'AQAB' })).toThrow();
    expect(read()).toThrow();
    await expect(Promise.resolve(read(jwk)())).resolves.toBeDefined();
  });
});
