import { describe, expect, test } from '@jest/globals';
import { makeKeyPair, testSigning } from '@leads/testing';
import fc from 'fast-check';
import { importJWK, SignJWT } from 'jose';
import { CONTACT_LINK_MS, readContactLink, signContactLink } from './contact-links.ts';
import { signRequest, digestOf } from './http/signed-requests.ts';

const NOW = Date.parse('2026-11-22T20:00:00Z');
const { key, known: keys } = testSigning('notification');
const question = {
  contactId: '0195b7a3-0b4d-7e6f-8a9b-0c1d2e3f4a5b',
  publisher: { id: 'contoso', name: 'Contoso' },
  address: 'ann@partner.example',
};
const read = (token: string, now = NOW) => readContactLink(token, { keys, now });

describe('the token of a contact’s link', () => {
  test('says who is asked, for whom, and until when', async () => {
    const token = await signContactLink(question, { key, now: NOW });
    expect(await read(token)).toEqual({
      kind: 'good',
      question,
      expiresAt: new Date('2026-12-06T20:00:00Z'),
    });
  });

  test('is good for fourteen days, and then says so', async () => {
    const token = await signContactLink(question, { key, now: NOW });
    expect(await read(token, NOW + CONTACT_LINK_MS - 1_000)).toMatchObject({ kind: 'good' });
    expect(await read(token, NOW + CONTACT_LINK_MS + 1_000)).toEqual({ kind: 'expired' });
  });

  test('is good of every key that notification has, and of no other service', async () => {
    const newer = makeKeyPair('notification.2027');
    const token = await signContactLink(question, { key: newer.key, now: NOW });
    expect(await read(token)).toEqual({ kind: 'refused' });
    expect(await readContactLink(token, { keys: [...keys, newer.known], now: NOW })).toMatchObject({
      kind: 'good',
    });
    const portals = await signContactLink(question, { key: testSigning('portal').key, now: NOW });
    expect(await read(portals)).toEqual({ kind: 'refused' });
    const forged = await signContactLink(question, { key: makeKeyPair('notification').key, now: NOW });
    expect(await read(forged)).toEqual({ kind: 'refused' });
  });

  test('is nothing else that notification signs, nor one without an end or for somebody else', async () => {
    const parts = { method: 'GET', target: '/', headers: {}, bodyDigest: digestOf('') };
    const request = await signRequest(parts, { key, to: 'portal', now: NOW });
    expect(await read(request.split(' ')[1] ?? '')).toEqual({ kind: 'refused' });
    const made = async (change: (token: SignJWT) => SignJWT, typ = 'leads-contact+jwt'): Promise<string> =>
      change(
        new SignJWT({ publisher: question.publisher, address: question.address })
          .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ })
          .setIssuer('notification')
          .setAudience('portal')
          .setSubject(question.contactId),
      ).sign(await importJWK(key, 'EdDSA'));
    const ends = (token: SignJWT): SignJWT => token.setExpirationTime(NOW / 1_000 + 60);
    expect(await read(await made(ends))).toMatchObject({ kind: 'good' });
    expect(await read(await made(ends, 'JWT'))).toEqual({ kind: 'refused' });
    const others: ((token: SignJWT) => SignJWT)[] = [
      (token) => token,
      (token) => ends(token).setAudience('credentials'),
      (token) => ends(token).setIssuer('portal'),
      (token) => ends(token).setSubject('somebody'),
      (token) => token.setExpirationTime(1e15),
    ];
    for (const change of others) expect(await read(await made(change))).toEqual({ kind: 'refused' });
  });

  test('is good as it was made alone: whatever is changed in it, and any text, says nothing', async () => {
    const token = await signContactLink(question, { key, now: NOW });
    const changed = fc
      .record({ at: fc.nat(token.length - 1), by: fc.constantFrom('A', 'b', '.', '-', '9') })
      .map(({ at, by }) => token.slice(0, at) + by + token.slice(at + 1))
      // The last character of a signature holds bits that mean nothing.
      .filter((text) => text !== token && text.slice(0, -1) !== token.slice(0, -1));
    await fc.assert(
      fc.asyncProperty(fc.oneof(changed, fc.string()), async (text) => {
        expect(await read(text)).toEqual({ kind: 'refused' });
      }),
    );
  });
});
