/** A certificate authority of a test's or a local stack's own, gone with it. Certificates are made by `selfsigned`. */
import { generate, type CertificateExtension } from 'selfsigned';

/** PEM texts. */
export interface Certificate {
  certificate: string;
  key: string;
}

export interface Authority {
  /** What a client trusts, as PEM text. */
  certificate: string;
  /**
   * A certificate for a server of that name, or for one at 127.0.0.1 and localhost where none is given. By it the
   * server also says who it is to another of its kind.
   */
  forServer: (name?: string) => Promise<Certificate>;
  /** A certificate by which a client says who it is: `CN=<name>,O=<organization>`. */
  forClient: (name: string) => Promise<Certificate>;
}

const ORGANIZATION = 'Marketplace leads';
const DAY_MS = 24 * 60 * 60_000;

/** @param days how long its certificates are good for */
export async function certificateAuthority({ days = 365 }: { days?: number } = {}): Promise<Authority> {
  const life = {
    keyType: 'ec',
    algorithm: 'sha256',
    // A machine's clock may be a little behind the one that checks.
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
  } as const;
  const named = (name: string) => [
    { name: 'commonName', value: name },
    { name: 'organizationName', value: ORGANIZATION },
  ];
  const own = await generate(named('certificate authority'), {
    ...life,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const issue = async (name: string, extensions: CertificateExtension[]): Promise<Certificate> => {
    const made = await generate(named(name), {
      ...life,
      ca: { key: own.private, cert: own.cert },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        ...extensions,
      ],
    });
    return { certificate: made.cert, key: made.private };
  };
  return {
    certificate: own.cert,
    forServer: (name) =>
      issue(name ?? 'localhost', [
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        {
          name: 'subjectAltName',
          altNames:
            name === undefined
              ? [
                  { type: 2, value: 'localhost' },
                  { type: 7, ip: '127.0.0.1' },
                ]
              : [{ type: 2, value: name }],
        },
      ]),
    forClient: (name) => issue(name, [{ name: 'extKeyUsage', clientAuth: true }]),
  };
}

/** A self-signed RSA certificate with its key, as an administrator would make one for Entra ID. */
export async function makeCertificate(
  options: { bits?: number; validTo?: Date } = {},
): Promise<{ certificate: string; privateKey: string; pem: string }> {
  const { cert, private: privateKey } = await generate([{ name: 'commonName', value: 'lead writer' }], {
    keySize: options.bits ?? 2048,
    notBeforeDate: new Date(Date.now() - 400 * DAY_MS),
    notAfterDate: options.validTo ?? new Date(Date.now() + DAY_MS),
    algorithm: 'sha256',
  });
  return { certificate: cert, privateKey, pem: `${cert}\n${privateKey}` };
}
