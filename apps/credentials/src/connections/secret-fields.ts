/** The secret of a connection as it is entered: a client secret or a certificate, or a password. */
import { z } from 'zod';
import type { Authentication } from '@leads/contracts';
import type { SecretKind } from '../secrets/vault.ts';
import { readCertificate } from './certificate.ts';
import { type Entered, type Fault, faultsOf } from './faults.ts';

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
export function applicationSecretFields(today: string): {
  clientSecret: z.ZodOptional<z.ZodType<string>>;
  clientSecretExpiresOn: z.ZodOptional<z.ZodType<string>>;
  certificate: z.ZodOptional<z.ZodType<{ pem: string; expiresOn: string }>>;
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
        const read = readCertificate(pem, new Date(today));
        if (read.ok) return { pem, expiresOn: read.certificate.validTo.toISOString().slice(0, 10) };
        context.addIssue({ code: 'custom', message: read.fault });
        return z.NEVER;
      })
      .optional(),
  };
}

export const passwordFields = { password: secret('password').optional() };

/** Reads the body of a request that replaces the secret of a connection with this authentication. */
export function readSecret(body: unknown, authentication: Authentication, today: string): Entered<NewSecret> {
  const schema =
    authentication === 'office-365'
      ? z.strictObject(passwordFields)
      : z.strictObject(applicationSecretFields(today));
  const result = schema.safeParse(body ?? {}, { reportInput: false });
  const faults = result.success ? [] : faultsOf(result.error);
  faults.push(...secretFaults(body ?? {}, { authentication, today, needsSecret: true }));
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
  const given = (name: string): boolean => fields[name] !== undefined;
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

/** What the schemas make of the fields of a secret. */
export interface AcceptedSecret {
  clientSecret?: string | undefined;
  clientSecretExpiresOn?: string | undefined;
  certificate?: { pem: string; expiresOn: string } | undefined;
  password?: string | undefined;
}

/** What is new of the secret; nothing where it stays as it is. */
export function secretOf(accepted: AcceptedSecret): { secret?: NewSecret; secretExpiresOn?: string } {
  const { clientSecret, clientSecretExpiresOn, certificate, password } = accepted;
  if (password !== undefined) return { secret: { kind: 'password', value: password } };
  if (certificate) {
    return { secret: { kind: 'certificate', value: certificate.pem, expiresOn: certificate.expiresOn } };
  }
  const expiresOn = clientSecretExpiresOn;
  if (clientSecret !== undefined) {
    const secret = { kind: 'client-secret' as const, value: clientSecret };
    return { secret: expiresOn === undefined ? secret : { ...secret, expiresOn } };
  }
  return expiresOn === undefined ? {} : { secretExpiresOn: expiresOn };
}
