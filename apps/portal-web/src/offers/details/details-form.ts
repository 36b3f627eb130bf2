/** The Connection details as they are entered: from a connection, to a request, and their faults by field; pure. */
import { type CustomerShown, type MessageLanguage, type OtherPartnerLeads, own } from '@leads/contracts';
import {
  daysLeft,
  type FieldRules,
  KNOWN_REGIONS,
  readConnectionChange,
  readNewConnection,
} from '@leads/contracts/connection-details';
import type { FieldFault } from '../../api/api-problem.ts';
import type { Authentication, Connection } from '../connection.ts';

/** What stands in the fields, each as text. */
export interface DetailsForm {
  publisherId: string;
  publisherName: string;
  offerId: string;
  offerTitle: string;
  url: string;
  authentication: Authentication;
  applicationId: string;
  directoryId: string;
  /** What the application proves itself with. */
  proof: 'certificate' | 'client-secret';
  /** With its private key, in PEM. */
  certificate: string;
  clientSecret: string;
  /** `YYYY-MM-DD` or empty. */
  clientSecretExpiresOn: string;
  userName: string;
  password: string;
  contactEmails: string;
  /** A number, or empty: as the operators set it. */
  repeatHours: string;
  otherPartnerLeads: OtherPartnerLeads;
  /** How contacts are told. */
  customerShown: CustomerShown;
  messageLanguage: MessageLanguage;
  messageTimeZone: string;
}

export type DetailsField = keyof DetailsForm;
export type DetailsFaults = Partial<Record<DetailsField, string>>;

export const emptyForm: DetailsForm = {
  publisherId: '',
  publisherName: '',
  offerId: '',
  offerTitle: '',
  url: '',
  authentication: 'azure-active-directory',
  applicationId: '',
  directoryId: '',
  proof: 'client-secret',
  certificate: '',
  clientSecret: '',
  clientSecretExpiresOn: '',
  userName: '',
  password: '',
  contactEmails: '',
  repeatHours: '',
  otherPartnerLeads: 'written',
  customerShown: 'company-and-name',
  messageLanguage: 'en',
  messageTimeZone: 'UTC',
};

/** The fields for a connection that exists. Its secret is never known here: left empty, it stays as it is. */
export function formOf(connection: Connection): DetailsForm {
  const { publisher, offer, url, authentication, secret, contactEmails } = connection;
  const { applicationId = '', directoryId = '', userName = '', notifications } = connection;
  return {
    ...emptyForm,
    publisherId: publisher.id,
    publisherName: publisher.name,
    offerId: offer.id,
    offerTitle: offer.title,
    url,
    authentication,
    applicationId,
    directoryId,
    userName,
    proof: secret.kind === 'certificate' ? 'certificate' : 'client-secret',
    clientSecretExpiresOn: secret.kind === 'client-secret' ? (secret.expiresOn ?? '') : '',
    contactEmails: contactEmails.replaceAll(';', '; '),
    repeatHours: connection.repeatHours?.toString() ?? '',
    otherPartnerLeads: connection.otherPartnerLeads ?? 'written',
    ...(notifications && {
      customerShown: notifications.customer,
      messageLanguage: notifications.language,
      messageTimeZone: notifications.timeZone,
    }),
  };
}

/** The body of the request. Only the fields of the chosen authentication are in it, and secrets only where entered. */
export function bodyOf(form: DetailsForm, saved?: Connection): Record<string, unknown> {
  const details = {
    publisher: { id: form.publisherId, name: form.publisherName },
    offer: { id: form.offerId, title: form.offerTitle },
    leadDestination: 'dynamics-365',
    url: form.url,
    authentication: form.authentication,
    contactEmails: form.contactEmails,
    // What is no number stays what it is, for its fault to be told.
    repeatHours: form.repeatHours.trim() === '' ? null : Number(form.repeatHours),
    otherPartnerLeads: form.otherPartnerLeads,
    notifications: {
      customer: form.customerShown,
      language: form.messageLanguage,
      timeZone: form.messageTimeZone,
    },
  };
  if (form.authentication === 'office-365') {
    return { ...details, userName: form.userName, ...given('password', form.password) };
  }
  const application = { ...details, applicationId: form.applicationId, directoryId: form.directoryId };
  if (form.proof === 'certificate') return { ...application, ...given('certificate', form.certificate) };
  const isNewExpiry =
    form.clientSecret !== '' ||
    (saved?.secret.kind === 'client-secret' && form.clientSecretExpiresOn !== saved.secret.expiresOn);
  return {
    ...application,
    ...given('clientSecret', form.clientSecret),
    ...(isNewExpiry ? given('clientSecretExpiresOn', form.clientSecretExpiresOn) : {}),
  };
}

/** The body of a request that replaces the secret alone. */
export function secretBodyOf(form: DetailsForm): Record<string, unknown> {
  if (form.authentication === 'office-365') return { password: form.password };
  if (form.proof === 'certificate') return { certificate: form.certificate };
  return {
    clientSecret: form.clientSecret,
    ...given('clientSecretExpiresOn', form.clientSecretExpiresOn),
  };
}

/** The field that the secret of this form is entered in. */
export function secretFieldOf({
  authentication,
  proof,
}: Pick<DetailsForm, 'authentication' | 'proof'>): 'password' | 'certificate' | 'clientSecret' {
  if (authentication === 'office-365') return 'password';
  return proof === 'certificate' ? 'certificate' : 'clientSecret';
}

export const ENTER_SECRET = {
  password: 'Enter the password.',
  certificate: 'Enter the certificate and its private key in PEM.',
  clientSecret: 'Enter the client secret.',
} as const;

/** Every fault of what is entered, by the same rules as the service has. @param today `YYYY-MM-DD`, UTC */
export function faultsOfForm(form: DetailsForm, saved: Connection | undefined, today: string): DetailsFaults {
  const body = bodyOf(form, saved);
  const rules = rulesFor(form, today);
  const entered = saved ? readConnectionChange(body, rules) : readNewConnection(body, rules);
  const faults = entered.ok ? {} : byField(entered.faults).faults;
  if (form.proof === 'certificate' && faults.clientSecret !== undefined) {
    delete faults.clientSecret;
    faults.certificate = ENTER_SECRET.certificate;
  }
  return { ...identityFault(form, saved), ...faults };
}

/** Faults, each at its field; `rest` has those that belong to none. */
export function byField(told: readonly FieldFault[]): { faults: DetailsFaults; rest: FieldFault[] } {
  const faults: DetailsFaults = {};
  const rest: FieldFault[] = [];
  for (const fault of told) {
    const field = fieldAt(fault.pointer);
    if (!field) rest.push(fault);
    else faults[field] = faults[field] === undefined ? fault.detail : `${faults[field]} ${fault.detail}`;
  }
  return { faults, rest };
}

/** Something worth knowing at the field of the expiry date that keeps nobody from saving. */
export function expiryHint(form: DetailsForm, now: Date): string | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(form.clientSecretExpiresOn)) return undefined;
  const left = daysLeft(form.clientSecretExpiresOn, now);
  if (left < 0) return 'That day has passed: a new client secret is needed.';
  if (left <= 30) return `That is in ${left} days: better create a new client secret soon.`;
  return undefined;
}

/** The fields in the order of the dialog, for the focus to go to the first with a fault. */
export const FIELD_ORDER: readonly DetailsField[] = [
  'publisherId',
  'offerTitle',
  'offerId',
  'url',
  'authentication',
  'applicationId',
  'directoryId',
  'proof',
  'certificate',
  'clientSecret',
  'clientSecretExpiresOn',
  'userName',
  'password',
  'contactEmails',
  'repeatHours',
  'otherPartnerLeads',
  'customerShown',
  'messageLanguage',
  'messageTimeZone',
];

/** Today's date in UTC, as the rules want it. */
export function todayOf(now: Date): string {
  return now.toISOString().slice(0, 10);
}

const pointers: Record<string, DetailsField> = {
  '/publisher': 'publisherId',
  '/publisher/id': 'publisherId',
  '/publisher/name': 'publisherId',
  '/offer': 'offerId',
  '/offer/id': 'offerId',
  '/offer/title': 'offerTitle',
  '/notifications': 'customerShown',
  '/notifications/customer': 'customerShown',
  '/notifications/language': 'messageLanguage',
  '/notifications/timeZone': 'messageTimeZone',
};

function fieldAt(pointer: string): DetailsField | undefined {
  return own(pointers, pointer) ?? FIELD_ORDER.find((field) => pointer === `/${field}`);
}

/** A region that this build does not know may have been added by the operators: the service decides. */
function rulesFor({ url }: DetailsForm, today: string): FieldRules {
  const region = /\.(crm\d+\.dynamics\.com)\b/i.exec(url)?.[1]?.toLowerCase();
  const regions = new Map(KNOWN_REGIONS);
  if (region !== undefined) regions.set(region, regions.get(region) ?? 'login.microsoftonline.com');
  // A browser cannot open a certificate: the service does.
  return { regions, today, readCertificate: () => ({ ok: true }) };
}

/** A secret belongs to who signs in with it: another application, directory or user needs its own. */
function identityFault(form: DetailsForm, saved: Connection | undefined): DetailsFaults {
  if (!saved) return {};
  const same = (one: string, other = ''): boolean => one.trim().toLowerCase() === other.toLowerCase();
  const isSameMethod = form.authentication === saved.authentication;
  if (form.authentication === 'office-365') {
    const isSame = isSameMethod && same(form.userName, saved.userName);
    return isSame || form.password !== ''
      ? {}
      : { password: 'A password belongs to its user: enter that of this one.' };
  }
  const isSame =
    isSameMethod &&
    same(form.applicationId, saved.applicationId) &&
    same(form.directoryId, saved.directoryId);
  const field = form.proof === 'certificate' ? 'certificate' : 'clientSecret';
  if (form[field] !== '') return {};
  if (isSame) return form.proof === saved.secret.kind ? {} : { [field]: ENTER_SECRET[field] };
  return field === 'certificate'
    ? { certificate: 'Enter the certificate again, for another application or directory.' }
    : { clientSecret: 'A client secret belongs to its application and directory: enter that of this one.' };
}

function given(name: string, text: string): Record<string, string> {
  return text === '' ? {} : { [name]: text };
}
