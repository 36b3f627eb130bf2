/** What entries are checked against here, where a certificate can be opened. */
import type { CertificateReader, FieldRules, Regions } from '@leads/contracts/connection-details';
import { readCertificate } from '../secrets/certificate.ts';

export const FIELD_RULES = Symbol('field rules');

const certificateReader: CertificateReader = (pem, today) => {
  const read = readCertificate(pem, new Date(today));
  return read.ok ? { ok: true, expiresOn: read.certificate.validTo.toISOString().slice(0, 10) } : read;
};

/** @param today the date in UTC, `YYYY-MM-DD` */
export function fieldRules(regions: Regions, today: string): FieldRules {
  return { regions, today, readCertificate: certificateReader };
}
