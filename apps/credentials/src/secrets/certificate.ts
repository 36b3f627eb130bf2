/** A certificate with its private key, as one PEM text: what is right with it and what is not. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

export interface Certificate {
  /** SHA-256 of the certificate, upper-case hex: how Entra ID recognises it. */
  thumbprint: string;
  /** PKCS#8 in PEM. */
  privateKey: string;
  /** The certificates of the chain in PEM, the application's first. */
  chain: string;
  validTo: Date;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const PRIVATE_KEY = /-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----[^-]+-----END \1-----/;
const LEAST_BITS = 2048;

/** @returns the certificate, or a sentence that says what is wrong and quotes nothing of it */
export function readCertificate(
  pem: string,
  now: Date,
): { ok: true; certificate: Certificate } | { ok: false; fault: string } {
  const chain = pem.match(CERTIFICATE) ?? [];
  const [first] = chain;
  const [keyText] = PRIVATE_KEY.exec(pem) ?? [];
  if (!first || !keyText) {
    const missing = first ? 'private key' : 'certificate';
    return fault(
      `There is no ${missing} in it. Enter the certificate and its private key in PEM, one after the other.`,
    );
  }
  if (keyText.includes('ENCRYPTED')) {
    return fault('Its private key is protected by a passphrase. Enter it without one: it is encrypted here.');
  }
  const certificate = attempt(() => new X509Certificate(first));
  const key = attempt(() => createPrivateKey(keyText));
  if (!certificate || !key)
    return fault(`Its ${certificate ? 'private key' : 'certificate'} cannot be read.`);
  const weakness = describeWeakness(key);
  if (weakness) return fault(weakness);
  if (!certificate.checkPrivateKey(key)) {
    return fault('The private key belongs to another certificate.');
  }
  const validTo = new Date(certificate.validTo);
  if (validTo <= now) {
    return fault(
      `It expired on ${validTo.toISOString().slice(0, 10)}. Register a new one under Certificates & secrets and enter it.`,
    );
  }
  return {
    ok: true,
    certificate: {
      thumbprint: certificate.fingerprint256.replaceAll(':', ''),
      privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      chain: chain.join('\n'),
      validTo,
    },
  };
}

/** Reads a certificate that was accepted when it was entered; whether it has expired meanwhile, Entra ID says. */
export function readKeptCertificate(pem: string): Certificate {
  const read = readCertificate(pem, new Date(0));
  if (!read.ok) throw new Error('A certificate that was accepted cannot be read any more.');
  return read.certificate;
}

/** Entra ID takes RSA keys of 2048 bits and more. */
function describeWeakness(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType !== 'rsa') return 'Its key is not an RSA key, which Entra ID needs.';
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < LEAST_BITS ? `Its key has ${bits} bits and needs at least ${LEAST_BITS}.` : undefined;
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function fault(text: string): { ok: false; fault: string } {
  return { ok: false, fault: text };
}
