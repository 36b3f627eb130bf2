/** The secret of a connection as it is entered: a client secret or a certificate, or a password. */
import { own } from '../own.ts';
import { z } from 'zod';
import type { Authentication } from '../connection-events.ts';
import { type Entered, type Fault, faultsOf } from './faults.ts';

/** What a connection can sign in with. */
export type SecretKind = 'client-secret' | 'certificate' | 'password';

/**
 * Reads a certificate with its private key in PEM: its last day, `YYYY-MM-DD`, where the reader can tell it, or a
 * sentence that says what is wrong and quotes nothing of it. Passed in, because a browser cannot open one.
 */
export type CertificateReader = (
  pem: string,
  today: string,
) => { ok: true; expiresOn?: string } | { ok: false; fault: string };

/** What secrets are checked against. */
export interface SecretRules {
  /** Today's date in UTC, `YYYY-MM-DD`. */
  today: string;
  readCertificate: CertificateReader;
}

export interface NewSecret {
  kind: SecretKind;
  value: string;
  /** The last day on which it works, `YYYY-MM-DD`, where that was entered or stands in it. */
  expiresOn?: string;
}

const LONGEST_SECRET = 1_000;
const LONGEST_CERTIFICATE = 30_000;
/** Taken exactly as entered: a blank at an end is more likely copied by mistake than part of the secret. */
function secret(what: string): z.ZodType<string> {
  return z
    .string({ error: `Enter the ${what}.` })
    .min(1, `Enter the ${what}.`)
    .max(LONGEST_SECRET, `The ${what} is longer than any that Microsoft gives out.`)
    .refine((text) => text.trim() === text, `The ${what} must not begin or end with a blank.`);
}

/** The secret of an application or user, in the field that its kind has. */
export function applicationSecretFields({ today, readCertificate }: SecretRules): {
  clientSecret: z.ZodOptional<z.ZodType<string>>;
  clientSecretExpiresOn: z.ZodOptional<z.ZodType<string>>;
  certificate: z.ZodOptional<z.ZodType<AcceptedCertificate>>;
} {
  return {
    clientSecret: secret('client secret').optional(),
    clientSecretExpiresOn: z.iso
      .date({ error: 'Enter the day on which the client secret expires as YYYY-MM-DD.' })
      .optional(),
    certificate: z
      .string({ error: 'Enter the certificate and its private key in PEM.' })
      .max(LONGEST_CERTIFICATE, 'The certificate is too long.')
      .transform((pem, context) => {
        const read = readCertificate(pem, today);
        if (read.ok) return { pem, ...(read.expiresOn === undefined ? {} : { expiresOn: read.expiresOn }) };
        context.addIssue({ code: 'custom', message: read.fault });
        return z.NEVER;
      })
      .optional(),
  };
}

export const passwordFields = { password: secret('password').optional() };

/** Reads the body of a request that replaces the secret of a connection with this authentication. */
export function readSecret(
  body: unknown,
  authentication: Authentication,
  rules: SecretRules,
): Entered<NewSecret> {
  const schema =
    authentication === 'office-365'
      ? z.strictObject(passwordFields)
      : z.strictObject(applicationSecretFields(rules));
  const result = schema.safeParse(body ?? {}, { reportInput: false });
  const faults = result.success ? [] : faultsOf(result.error);
  faults.push(...secretFaults(body ?? {}, { authentication, today: rules.today, needsSecret: true }));
  if (!result.success || faults.length > 0) return { ok: false, faults };
  const { secret: entered } = secretOf(result.data);
  if (!entered) throw new Error('A body without a secret was let through.');
  return { ok: true, fields: entered };
}

/** Whether there are too few or too many secrets: which fields belong together, no field alone can say. */
export function secretFaults(
  body: unknown,
  {
    authentication,
    today,
    needsSecret,
  }: { authentication: Authentication; today: string; needsSecret: boolean },
): Fault[] {
  const fields = body as Record<string, unknown>;
  const given = (name: string): boolean => own(fields, name) !== undefined;
  if (authentication === 'office-365') {
    return needsSecret && !given('password') ? [{ pointer: '/password', detail: 'Enter the password.' }] : [];
  }
  if (given('clientSecret') && given('certificate')) {
    return [{ pointer: '/certificate', detail: 'Enter a client secret or a certificate, not both.' }];
  }
  if (needsSecret && !given('clientSecret') && !given('certificate')) {
    return [{ pointer: '/clientSecret', detail: 'Enter the client secret.' }];
  }
  const expiresOn = fields['clientSecretExpiresOn'];
  if (given('clientSecret') && isDay(expiresOn) && expiresOn < today) {
    const detail = `A client secret that expired on ${expiresOn} opens nothing. Create a new one under Certificates & secrets and enter it.`;
    return [{ pointer: '/clientSecretExpiresOn', detail }];
  }
  return [];
}

function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
}

interface AcceptedCertificate {
  pem: string;
  expiresOn?: string;
}

/** What the schemas make of the fields of a secret. */
export interface AcceptedSecret {
  clientSecret?: string | undefined;
  clientSecretExpiresOn?: string | undefined;
  certificate?: AcceptedCertificate | undefined;
  password?: string | undefined;
}

/** What is new of the secret; nothing where it stays as it is. */
export function secretOf(accepted: AcceptedSecret): { secret?: NewSecret; secretExpiresOn?: string } {
  const { clientSecret, clientSecretExpiresOn, certificate, password } = accepted;
  if (password !== undefined) return { secret: { kind: 'password', value: password } };
  if (certificate) {
    const { pem, ...expiry } = certificate;
    return { secret: { kind: 'certificate', value: pem, ...expiry } };
  }
  const expiresOn = clientSecretExpiresOn;
  if (clientSecret !== undefined) {
    const entered = { kind: 'client-secret' as const, value: clientSecret };
    return { secret: expiresOn === undefined ? entered : { ...entered, expiresOn } };
  }
  return expiresOn === undefined ? {} : { secretExpiresOn: expiresOn };
}
