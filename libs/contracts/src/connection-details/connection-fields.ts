/** What may be entered for a connection, and every fault of what was, each with where it is. */
import { z } from 'zod';
import {
  type Authentication,
  CustomerShown,
  isTimeZone,
  type Mapping,
  MessageLanguage,
  MOST_REPEAT_HOURS,
  type Notifications,
  OtherPartnerLeads,
} from '../connection-events.ts';
import { cleanLine } from '../plain-text.ts';
import { readContactEmails } from './contact-emails.ts';
import { readDynamicsUrl, type Regions } from './dynamics-url.ts';
import { type Entered, faultsOf } from './faults.ts';
import { mappingField } from './mapping-fields.ts';
import {
  type AcceptedSecret,
  applicationSecretFields,
  type NewSecret,
  passwordFields,
  secretFaults,
  secretOf,
  type SecretRules,
} from './secret-fields.ts';

/** What entries are checked against. */
export interface FieldRules extends SecretRules {
  regions: Regions;
}

/** Who a connection signs in as. */
export type Identity =
  | { authentication: 'azure-active-directory'; applicationId: string; directoryId: string }
  | { authentication: 'office-365'; userName: string };

/** The details of a connection as the dialog has them. */
export interface ConnectionFields {
  publisher: { id: string; name: string };
  offer: { id: string; title: string };
  leadDestination: 'dynamics-365';
  url: string;
  contactEmails: string[];
  /** Absent where a change leaves it as it is, null for the standard record. */
  mapping?: Mapping | null;
  /** Absent where a change leaves it as it is, null for what holds by default; so with the next. */
  repeatHours?: number | null;
  otherPartnerLeads?: OtherPartnerLeads | null;
  notifications?: Notifications | null;
  identity: Identity;
  /** Absent where a change leaves the secret as it is. */
  secret?: NewSecret;
  /** Another expiry of the secret that stays. */
  secretExpiresOn?: string;
}

/** A connection cannot begin without its secret. */
export type NewConnectionFields = ConnectionFields & { secret: NewSecret };

/** A text of one line with something in it, that passes for no other; `what` completes "Enter …". */
function filled(what: string, longest = 200): z.ZodType<string> {
  return z
    .string({ error: `Enter ${what}.` })
    .overwrite((text) => cleanLine(text))
    .min(1, `Enter ${what}.`)
    .max(longest, `At most ${longest} characters fit here.`);
}

function id(name: string, where: string): z.ZodType<string> {
  const error = `Enter the ${name}: 32 hexadecimal digits in the form 12345678-1234-1234-1234-123456789abc. ${where}`;
  return z.string({ error }).trim().toLowerCase().pipe(z.guid({ error }));
}

const wrongHours = `Enter a whole number of hours from 0, which takes nothing for a repeat, to ${MOST_REPEAT_HOURS}.`;
const repeatHours = z.int({ error: wrongHours }).min(0, wrongHours).max(MOST_REPEAT_HOURS, wrongHours);

const otherPartnerLeads = z.enum(OtherPartnerLeads.options, {
  error: `Choose what is done with leads for another partner: ${OtherPartnerLeads.options.join(', ')}.`,
});

const wrongZone = 'Enter a time zone by its name, such as Europe/Berlin or UTC.';
const notifications = z.strictObject(
  {
    customer: z
      .enum(CustomerShown.options, {
        error: `Choose how much of a customer messages show: ${CustomerShown.options.join(', ')}.`,
      })
      .default('company-and-name'),
    language: z
      .enum(MessageLanguage.options, {
        error: `Choose the language of messages: ${MessageLanguage.options.join(', ')}.`,
      })
      .default('en'),
    timeZone: z
      .string({ error: wrongZone })
      .trim()
      .max(100, wrongZone)
      .refine(isTimeZone, wrongZone)
      .default('UTC'),
  },
  { error: 'Notifications have these parts: customer, language, timeZone.' },
);

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
    mapping: mappingField,
    repeatHours: repeatHours.nullable().optional(),
    otherPartnerLeads: otherPartnerLeads.nullable().optional(),
    notifications: notifications.nullable().optional(),
    authentication: z.enum(['azure-active-directory', 'office-365'], {
      error: 'Choose the authentication: azure-active-directory (recommended) or office-365.',
    }),
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
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { ok: false, faults: [{ pointer: '', detail: 'Send the details as one JSON object.' }] };
  }
  const { authentication } = body as { authentication?: unknown };
  const result = schemaFor(authentication, rules).safeParse(body, { reportInput: false });
  const faults = result.success ? [] : faultsOf(result.error);
  if (authentication === 'azure-active-directory' || authentication === 'office-365') {
    faults.push(...secretFaults(body, { authentication, today: rules.today, needsSecret }));
  }
  if (!result.success || faults.length > 0) return { ok: false, faults };
  // Which of the shapes it is was decided by `authentication` above.
  return { ok: true, fields: fieldsOf(result.data as Accepted) };
}

function schemaFor(authentication: unknown, rules: FieldRules): z.ZodType {
  const common = commonFields(rules);
  switch (authentication) {
    case 'azure-active-directory':
      return z.strictObject({ ...common, ...applicationFields, ...applicationSecretFields(rules) });
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
    secret: [z.strictObject(applicationSecretFields(rules)), z.strictObject(passwordFields)],
  };
}

interface Accepted extends AcceptedSecret {
  publisher: { id: string; name: string };
  offer: { id: string; title: string };
  leadDestination: 'dynamics-365';
  url: string;
  contactEmails: string[];
  mapping?: Mapping | null | undefined;
  repeatHours?: number | null | undefined;
  otherPartnerLeads?: OtherPartnerLeads | null | undefined;
  notifications?: Notifications | null | undefined;
  authentication: Authentication;
  applicationId?: string;
  directoryId?: string;
  userName?: string;
}

function fieldsOf(accepted: Accepted): ConnectionFields {
  const { publisher, offer, leadDestination, url, contactEmails, authentication } = accepted;
  const { applicationId = '', directoryId = '', userName = '' } = accepted;
  const identity: Identity =
    authentication === 'office-365'
      ? { authentication, userName }
      : { authentication, applicationId, directoryId };
  const { mapping, repeatHours: hours, otherPartnerLeads: theirs, notifications: told } = accepted;
  return {
    ...{ publisher, offer, leadDestination, url, contactEmails, identity },
    ...(mapping === undefined ? {} : { mapping }),
    ...(hours === undefined ? {} : { repeatHours: hours }),
    ...(theirs === undefined ? {} : { otherPartnerLeads: theirs }),
    ...(told === undefined ? {} : { notifications: told }),
    ...secretOf(accepted),
  };
}
