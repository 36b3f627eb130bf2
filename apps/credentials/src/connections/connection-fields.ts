/** What may be entered for a connection, and every fault of what was, each with where it is. */
import { z } from 'zod';
import { readContactEmails } from './contact-emails.ts';
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

/** The details of a connection as the dialog has them; secrets apart. */
export interface ConnectionFields {
  publisher: { id: string; name: string };
  offer: { id: string; title: string };
  leadDestination: 'dynamics-365';
  url: string;
  contactEmails: string[];
  access: AccessFields;
}

/** How the connection signs in. The secret is absent where a change leaves it as it is. */
export type AccessFields =
  | {
      authentication: 'azure-active-directory';
      applicationId: string;
      directoryId: string;
      secret?: string;
      expiresOn?: string;
    }
  | { authentication: 'office-365'; userName: string; secret?: string };

/** A connection cannot begin without its secret. */
export type NewConnectionFields = ConnectionFields & { access: { secret: string } };

const LONGEST_SECRET = 1_000;
const METHOD_FIELDS = {
  'azure-active-directory': ['applicationId', 'directoryId', 'clientSecret', 'clientSecretExpiresOn'],
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

function schemaFor(method: keyof typeof METHOD_FIELDS | undefined, rules: FieldRules, needsSecret: boolean) {
  const common = {
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
  const optionally = (type: z.ZodType<string>) => (needsSecret ? type : type.optional());
  switch (method) {
    case 'azure-active-directory':
      return z.strictObject({
        ...common,
        applicationId: id(
          'Application (client) ID',
          "It stands on the application's Overview page in the Azure portal.",
        ),
        directoryId: id(
          'Directory ID',
          'It stands in the Azure portal under Azure Active Directory, Properties.',
        ),
        clientSecret: optionally(secret('client secret')),
        clientSecretExpiresOn: z.iso
          .date({ error: 'Enter the day on which the client secret expires as YYYY-MM-DD.' })
          .refine((day) => day >= rules.today, {
            error: (issue) =>
              `The client secret expired on ${String(issue.input)}. Create a new one under Certificates & secrets and enter it.`,
          })
          .optional(),
      });
    case 'office-365':
      return z.strictObject({
        ...common,
        userName: filled('the user name, such as contoso@contoso.onmicrosoft.com', 254).refine(
          (name) => z.email().safeParse(name).success,
          'The user name has the form name@domain, such as contoso@contoso.onmicrosoft.com.',
        ),
        password: optionally(secret('password')),
      });
    case undefined:
      return z.looseObject(common);
  }
}

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

function readFields(body: unknown, rules: FieldRules, needsSecret: boolean): Entered<ConnectionFields> {
  const given = typeof body === 'object' && body !== null && !Array.isArray(body) ? body : undefined;
  if (!given) return { ok: false, faults: [{ pointer: '', detail: 'Send the details as one JSON object.' }] };
  const chosen = (given as { authentication?: unknown }).authentication;
  const method = chosen === 'azure-active-directory' || chosen === 'office-365' ? chosen : undefined;
  const result = schemaFor(method, rules, needsSecret).safeParse(given, { reportInput: false });
  if (!result.success) return { ok: false, faults: faultsOf(result.error) };
  // Which of the two shapes it is was decided by `method` above.
  return { ok: true, fields: fieldsOf(result.data as Accepted) };
}

interface Accepted {
  publisher: { id: string; name: string };
  offer: { id: string; title: string };
  leadDestination: 'dynamics-365';
  url: string;
  contactEmails: string[];
  authentication: 'azure-active-directory' | 'office-365';
  applicationId?: string;
  directoryId?: string;
  clientSecret?: string;
  clientSecretExpiresOn?: string;
  userName?: string;
  password?: string;
}

function fieldsOf(accepted: Accepted): ConnectionFields {
  const { publisher, offer, leadDestination, url, contactEmails } = accepted;
  const details = { publisher, offer, leadDestination, url, contactEmails };
  if (accepted.authentication === 'office-365') {
    const { userName = '', password } = accepted;
    return {
      ...details,
      access: {
        authentication: 'office-365',
        userName,
        ...(password === undefined ? {} : { secret: password }),
      },
    };
  }
  const { applicationId = '', directoryId = '', clientSecret, clientSecretExpiresOn } = accepted;
  return {
    ...details,
    access: {
      authentication: 'azure-active-directory',
      applicationId,
      directoryId,
      ...(clientSecret === undefined ? {} : { secret: clientSecret }),
      ...(clientSecretExpiresOn === undefined ? {} : { expiresOn: clientSecretExpiresOn }),
    },
  };
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
