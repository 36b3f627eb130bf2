/** The certificate of a stack's mail server, and who signed it; made once and kept in the stack's folder. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateAuthority } from '@leads/testing/certificates';

/** Paths of PEM files. */
export interface MailCertificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

/** Makes what is missing of it in this folder. */
export async function keepMailCertificate(folder: string): Promise<MailCertificate> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = {
    certificateFile: join(folder, 'mail.crt'),
    keyFile: join(folder, 'mail.key'),
    caFile: join(folder, 'mail-ca.pem'),
  };
  if (Object.values(files).every((file) => existsSync(file))) return files;
  const authority = await certificateAuthority();
  const { certificate, key } = await authority.forServer();
  const keep = (path: string, text: string): void => writeFileSync(path, text, { mode: 0o600 });
  keep(files.caFile, authority.certificate);
  keep(files.certificateFile, certificate);
  keep(files.keyFile, key);
  return files;
}
