import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { makeCertificate } from '@leads/testing/certificates';
import { describe, expect, test } from '@jest/globals';
import { readCertificate } from './certificate.ts';

const now = new Date();
const faultOf = (pem: string): string => {
  const read = readCertificate(pem, now);
  return read.ok ? 'accepted' : read.fault;
};

describe('a certificate', () => {
  test('is taken with its key, in either order, with the thumbprint that Entra ID knows it by', async () => {
    const { certificate, privateKey } = await makeCertificate();
    for (const pem of [certificate + privateKey, privateKey + certificate]) {
      const read = readCertificate(pem, now);
      const thumbprint = new X509Certificate(certificate).fingerprint256.replaceAll(':', '');
      expect(read).toMatchObject({ ok: true, certificate: { thumbprint } });
    }
  });

  test('is refused without its key, with a foreign, a weak or a protected one, unreadable or expired', async () => {
    const { certificate, privateKey, pem } = await makeCertificate();
    const other = await makeCertificate();
    const weak = await makeCertificate({ bits: 1024 });
    const expired = await makeCertificate({ validTo: new Date(Date.now() - 86_400_000) });
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const locked = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    });
    expect(faultOf(certificate)).toContain('There is no private key');
    expect(faultOf(privateKey)).toContain('There is no certificate');
    expect(faultOf('')).toContain('There is no certificate');
    expect(faultOf(certificate + other.privateKey)).toContain('belongs to another certificate');
    expect(faultOf(weak.pem)).toContain('1024 bits');
    expect(faultOf(certificate + curve.export({ type: 'pkcs8', format: 'pem' }).toString())).toContain('RSA');
    expect(faultOf(certificate + locked.toString())).toContain('passphrase');
    expect(faultOf(pem.replace(/[A-Z]{4}/, '!!!!'))).toMatch(/cannot be read|There is no/);
    expect(faultOf(expired.pem)).toContain('It expired on');
  });
});
