/** What may be entered for a connection, and every fault of what was, each with where it is. */
import { z } from 'zod';
import type { SecretKind } from '../secrets/vault.ts';
import type { ConnectionFacts } from './connection-facts.ts';
import { readCertificate } from './certificate.ts';
import { readContactEmails, writeContactEmails } from './contact-emails.ts';
import { readDynamicsUrl, type Regions } from './dynamics-url.ts';

/** One fault: a JSON pointer into the request, and a sentence. */
export interface Fault {
  pointer: string;
  detail: string;
}

export type Entered<Fields> = { ok: true; fields: Fields } | { ok: false; faults: Fault[] };

/** What entries are checked against. */
export interface FieldRules {
  regions: Regions;
  /** Today's date in UTC, `YYYY-MM-DD`. */
  today: string;
}

export const FIELD_RULES = Symbol('field rules');

/** Who a connection signs in as. */
export type Identity =
  | { authentication: 'azure-active-directory'; applicationId: string; directoryId: string }
  | { authentication: 'office-365'; userName: string };

export interface NewSecret {
  kind: SecretKind;
  value: string;
  /** The last day on which it works, `YYYY-MM-DD`, where that was entered or stands in it. */
  expiresOn?: string;
}

/** The details of a connection as the dialog has them. */
export interface ConnectionFields {
  publisher: { id: string; name: string };
  offer: { id: string; title: string };
  leadDestination: 'dynamics-365';
  url: string;
  contactEmails: string[];
  identity: Identity;
  /** Absent where a change leaves the secret as it is. */
  secret?: NewSecret;
  /** Another expiry of the secret that stays. */
  secretExpiresOn?: string;
}

/** A connection cannot begin without its secret. */
export type NewConnectionFields = ConnectionFields & { secret: NewSecret };

const LONGEST_SECRET = 1_000;
const LONGEST_CERTIFICATE = 30_000;
const METHOD_FIELDS = {
  'azure-active-directory': [
    'applicationId',
    'directoryId',
    'clientSecret',
    'clientSecretExpiresOn',
    'certificate',
  ],
  'office-365': ['userName', 'password'],
} as const;

/** A text with something in it; `what` completes "Enter …". */
function filled(what: string, longest = 200): z.ZodType<string> {
  return z
    .string({ error: `Enter ${what}.` })
    .trim()
    .min(1, `Enter ${what}.`)
    .max(longest, `At most ${longest} characters fit here.`);
}

function id(name: string, where: string): z.ZodType<string> {
  const error = `Enter the ${name}: 32 hexadecimal digits in the form 12345678-1234-1234-1234-123456789abc. ${where}`;
  return z.string({ error }).trim().toLowerCase().pipe(z.guid({ error }));
}

/** Taken exactly as entered: a blank at an end is more likely copied by mistake than part of the secret. */
function secret(what: string): z.ZodType<string> {
  return z
    .string({ error: `Enter the ${what}.` })
    .min(1, `Enter the ${what}.`)
    .max(LONGEST_SECRET, `The ${what} is longer than any that Microsoft gives out.`)
    .refine((text) => text.trim() === text, `The ${what} must not begin or end with a blank.`);
}

function commonFields(rules: FieldRules) {
  return {
    publisher: z.strictObject(
      { id: filled("the publisher's ID"), name: filled("the publisher's name") },
      { error: 'Enter the publisher.' },
    ),
    offer: z.strictObject(
      { id: filled("the offer's ID"), title: filled("the offer's title", 300) },
      { error: 'Enter the offer.' },
    ),
    leadDestination: z.literal('dynamics-365', {
      error: 'The lead destination must be dynamics-365 (Dynamics 365 Customer Engagement).',
    }),
    url: z
      .string({ error: 'Enter the URL of your Dynamics 365 instance.' })
      .max(500, 'The URL is too long.')
      .transform((text, context) => {
        const address = readDynamicsUrl(text, rules.regions);
        if (address.ok) return address.origin;
        context.addIssue({ code: 'custom', message: address.fault });
        return z.NEVER;
      }),
    contactEmails: z
      .string({ error: 'Enter the contact e-mail addresses, separated by semicolons.' })
      .max(20_000, 'The list of addresses is too long.')
      .transform((text, context) => {
        const list = readContactEmails(text);
        if (list.ok) return list.addresses;
        for (const message of list.faults) context.addIssue({ code: 'custom', message });
        return z.NEVER;
      }),
    authentication: z.enum(['azure-active-directory', 'office-365'], {
      error: 'Choose the authentication: azure-active-directory (recommended) or office-365.',
    }),
  };
}

/** The secret of an application or user, in the field that its kind has. */
function secretFields(rules: FieldRules) {
  return {
    clientSecret: secret('client secret').optional(),
    clientSecretExpiresOn: z.iso
      .date({ error: 'Enter the day on which the client secret expires as YYYY-MM-DD.' })
      .refine((day) => day >= rules.today, {
        error: (issue) =>
          `The client secret expired on ${String(issue.input)}. Create a new one under Certificates & secrets and enter it.`,
      })
      .optional(),
    certificate: z
      .string({ error: 'Enter the certificate and its private key in PEM.' })
      .max(LONGEST_CERTIFICATE, 'The certificate is too long.')
      .transform((pem, context) => {
        const read = readCertificate(pem, new Date(rules.today));
        if (read.ok) return { pem, expiresOn: read.certificate.validTo.toISOString().slice(0, 10) };
        context.addIssue({ code: 'custom', message: read.fault });
        return z.NEVER;
      })
      .optional(),
  };
}

const applicationFields = {
  applicationId: id(
    'Application (client) ID',
    "It stands on the application's Overview page in the Azure portal.",
  ),
  directoryId: id('Directory ID', 'It stands in the Azure portal under Azure Active Directory, Properties.'),
};
const userFields = {
  userName: filled('the user name, such as contoso@contoso.onmicrosoft.com', 254).refine(
    (name) => z.email().safeParse(name).success,
    'The user name has the form name@domain, such as contoso@contoso.onmicrosoft.com.',
  ),
};
const passwordFields = { password: secret('password').optional() };

/**
 * Reads the body of a request that creates a connection.
 * @returns the details, or every fault at once; no fault quotes a secret
 */
export function readNewConnection(body: unknown, rules: FieldRules): Entered<NewConnectionFields> {
  return readFields(body, rules, true) as Entered<NewConnectionFields>;
}

/** As {@link readNewConnection} for a change: a body without a secret leaves the secret as it is. */
export function readConnectionChange(body: unknown, rules: FieldRules): Entered<ConnectionFields> {
  return readFields(body, rules, false);
}

/**
 * Reads the body of a request that goes back to earlier details: nothing, or the secret that belongs to them.
 * The details are checked again: what was allowed once may not be any more.
 */
export function readRestoration(
  earlier: ConnectionFacts,
  body: unknown,
  rules: FieldRules,
): Entered<ConnectionFields> {
  const { publisher, offer, leadDestination, url, contactEmails, authentication } = earlier;
  const { applicationId, directoryId, userName } = earlier;
  const identity = authentication === 'office-365' ? { userName } : { applicationId, directoryId };
  const details = { publisher, offer, leadDestination, url, authentication, ...identity };
  const secret = typeof body === 'object' && body !== null ? body : {};
  const restored = { ...secret, ...details, contactEmails: writeContactEmails(contactEmails) };
  return readFields(restored, rules, false);
}

/** Reads the body of a request that replaces the secret of a connection with this authentication. */
export function readSecret(
  body: unknown,
  authentication: Identity['authentication'],
  rules: FieldRules,
): Entered<NewSecret> {
  const schema =
    authentication === 'office-365' ? z.strictObject(passwordFields) : z.strictObject(secretFields(rules));
  const result = schema.safeParse(body ?? {}, { reportInput: false });
  const faults = result.success ? [] : faultsOf(result.error);
  faults.push(...secretFaults(body ?? {}, authentication, true));
  if (!result.success || faults.length > 0) return { ok: false, faults };
  const { secret: entered } = secretOf(result.data);
  if (!entered) throw new Error('A body without a secret was let through.');
  return { ok: true, fields: entered };
}

function readFields(body: unknown, rules: FieldRules, needsSecret: boolean): Entered<ConnectionFields> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { ok: false, faults: [{ pointer: '', detail: 'Send the details as one JSON object.' }] };
  }
  const { authentication } = body as { authentication?: unknown };
  const result = schemaFor(authentication, rules).safeParse(body, { reportInput: false });
  const faults = result.success ? [] : faultsOf(result.error);
  if (authentication === 'azure-active-directory' || authentication === 'office-365') {
    faults.push(...secretFaults(body, authentication, needsSecret));
  }
  if (!result.success || faults.length > 0) return { ok: false, faults };
  // Which of the shapes it is was decided by `authentication` above.
  return { ok: true, fields: fieldsOf(result.data as Accepted) };
}

function schemaFor(authentication: unknown, rules: FieldRules): z.ZodType {
  const common = commonFields(rules);
  switch (authentication) {
    case 'azure-active-directory':
      return z.strictObject({ ...common, ...applicationFields, ...secretFields(rules) });
    case 'office-365':
      return z.strictObject({ ...common, ...userFields, ...passwordFields });
    default:
      return z.looseObject(common);
  }
}

/** The shapes of what is entered, for the document of the API: by authentication, and each one's secret alone. */
export function fieldSchemas(rules: FieldRules): Record<'details' | 'secret', z.ZodType[]> {
  return {
    details: [schemaFor('azure-active-directory', rules), schemaFor('office-365', rules)],
    secret: [z.strictObject(secretFields(rules)), z.strictObject(passwordFields)],
  };
}

/** Whether there are too few or too many secrets: which fields belong together, no field alone can say. */
function secretFaults(
  body: unknown,
  authentication: Identity['authentication'],
  needsSecret: boolean,
): Fault[] {
  const given = (name: string): boolean =>
    (body as Record<string, unknown> | undefined)?.[name] !== undefined;
  if (authentication === 'office-365') {
    return needsSecret && !given('password') ? [{ pointer: '/password', detail: 'Enter the password.' }] : [];
  }
  if (given('clientSecret') && given('certificate')) {
    return [{ pointer: '/certificate', detail: 'Enter a client secret or a certificate, not both.' }];
  }
  if (needsSecret && !given('clientSecret') && !given('certificate')) {
    return [{ pointer: '/clientSecret', detail: 'Enter the client secret.' }];
  }
  return [];
}

interface Accepted extends AcceptedSecret {
  publisher: { id: string; name: string };
  offer: { id: string; title: string };
  leadDestination: 'dynamics-365';
  url: string;
  contactEmails: string[];
  authentication: Identity['authentication'];
  applicationId?: string;
  directoryId?: string;
  userName?: string;
}

interface AcceptedSecret {
  clientSecret?: string | undefined;
  clientSecretExpiresOn?: string | undefined;
  certificate?: { pem: string; expiresOn: string } | undefined;
  password?: string | undefined;
}

function fieldsOf(accepted: Accepted): ConnectionFields {
  const { publisher, offer, leadDestination, url, contactEmails, authentication } = accepted;
  const { applicationId = '', directoryId = '', userName = '' } = accepted;
  const identity: Identity =
    authentication === 'office-365'
      ? { authentication, userName }
      : { authentication, applicationId, directoryId };
  return { publisher, offer, leadDestination, url, contactEmails, identity, ...secretOf(accepted) };
}

function secretOf(accepted: AcceptedSecret): Pick<ConnectionFields, 'secret' | 'secretExpiresOn'> {
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

/** Faults in zod's order, each with its JSON pointer (RFC 6901). */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') {
      return [{ pointer: pointerTo(issue.path), detail: issue.message }];
    }
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      detail: describeUnknown(key),
    }));
  });
}

function describeUnknown(key: string): string {
  for (const [method, fields] of Object.entries(METHOD_FIELDS)) {
    if ((fields as readonly string[]).includes(key)) {
      return `This field belongs to the authentication ${method}. Leave it away or choose that authentication.`;
    }
  }
  return 'There is no such field. Leave it away or correct its name.';
}

function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
