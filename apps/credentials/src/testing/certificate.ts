/** A self-signed certificate with its key, as an administrator would make one. */
import { generate } from 'selfsigned';

export async function makeCertificate(
  options: { bits?: number; validTo?: Date } = {},
): Promise<{ certificate: string; privateKey: string; pem: string }> {
  const { cert, private: privateKey } = await generate([{ name: 'commonName', value: 'lead writer' }], {
    keySize: options.bits ?? 2048,
    notBeforeDate: new Date(Date.now() - 400 * 86_400_000),
    notAfterDate: options.validTo ?? new Date(Date.now() + 86_400_000),
    algorithm: 'sha256',
  });
  return { certificate: cert, privateKey, pem: `${cert}\n${privateKey}` };
}
