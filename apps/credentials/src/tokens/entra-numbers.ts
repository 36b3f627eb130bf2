/** Entra ID's numbers, one row each: what a number is about, and what a publisher can do. Others are judged by their text. */
import {
  admitApplication,
  allowSignIn,
  changeDetails,
  compareApplication,
  compareDirectory,
  compareUrl,
  compareUser,
  enableApplication,
  exemptFromConditions,
  grantConsent,
  inWords,
  readSignInLog,
  renewPassword,
  renewSecret,
  renewSubscription,
  uploadCertificate,
} from '@leads/contracts/validation';

/** What a refusal is about: where it is mended, and what becomes of asking again. */
export type RefusalKind =
  | 'tenant'
  | 'application'
  | 'user'
  | 'secret'
  | 'certificate'
  | 'password'
  | 'resource'
  | 'policy'
  | 'consent'
  /** Entra ID is busy, or cannot be reached. */
  | 'passing'
  /** It asks to slow down. */
  | 'throttling'
  /** It does not say, or not in words that are known here. */
  | 'unknown';

/** What is told of a refusal. */
export interface Words {
  what: string;
  remedy: string;
}

const BY_ITSELF =
  'Nothing is to be done: leads wait, and it is tried again by itself. To validate, try again in some minutes.';
const WITHOUT_USER = changeDetails(
  'Better: choose Azure Active Directory as the authentication. An application is asked for no second factor.',
);

/** What holds for every refusal of a kind, where its number says no more. */
export const KINDS: Readonly<Record<RefusalKind, Words>> = {
  tenant: {
    what: 'There is no directory with this Directory ID that signs anybody in.',
    remedy: inWords(compareDirectory),
  },
  application: {
    what: 'Microsoft Entra ID does not let this application sign in.',
    remedy: inWords([...compareApplication, enableApplication]),
  },
  user: {
    what: 'Microsoft Entra ID does not let this user sign in.',
    remedy: inWords([...compareUser, allowSignIn]),
  },
  secret: { what: 'The client secret is refused.', remedy: inWords(renewSecret) },
  certificate: { what: 'The certificate is refused.', remedy: inWords(uploadCertificate) },
  password: { what: 'The user name or the password is refused.', remedy: inWords(renewPassword) },
  resource: {
    what: 'The directory gives no token for a Dynamics 365 instance at this URL.',
    remedy: inWords([...compareUrl, ...compareDirectory]),
  },
  policy: {
    what: 'A policy of the directory blocks this sign-in.',
    remedy: inWords(exemptFromConditions),
  },
  consent: {
    what: 'Nobody has consented to what this application asks for.',
    remedy: inWords([grantConsent]),
  },
  passing: { what: 'Microsoft Entra ID is busy or has an outage.', remedy: BY_ITSELF },
  throttling: {
    what: 'Microsoft Entra ID is asked too often by this directory, and asks to slow down.',
    remedy: BY_ITSELF,
  },
  unknown: {
    what: 'Microsoft Entra ID refused to sign in, for a reason that is not known here.',
    remedy: inWords([readSignInLog]),
  },
};

type Row = { kind: RefusalKind } & Partial<Words>;

const disabledApplication: Row = {
  kind: 'application',
  what: 'The application is disabled in the directory.',
  remedy: inWords([enableApplication]),
};
const noApplication: Row = {
  kind: 'application',
  what: 'The directory has no application with this Application (client) ID.',
  remedy: inWords([...compareApplication, ...compareDirectory]),
};
const secondFactor: Row = {
  kind: 'policy',
  what: 'The directory asks this user for multi-factor authentication, which nobody can answer here.',
};
const enrolment: Row = {
  kind: 'policy',
  what: 'The directory wants this user to enrol for multi-factor authentication, which nobody can do here.',
};
const device: Row = {
  kind: 'policy',
  what: 'A Conditional Access policy lets only managed or known devices sign in, and this is none.',
};
const noSecret: Row = {
  kind: 'secret',
  what: 'The application needs a client secret or a certificate, and none came.',
};

const ROWS: Readonly<Record<number, Row>> = {
  // The directory.
  90002: { kind: 'tenant', what: 'There is no directory with this Directory ID.' },
  900023: { kind: 'tenant', what: 'The Directory ID is neither an ID nor a domain.' },
  50059: { kind: 'tenant', what: 'The sign-in does not say which directory it is for.' },
  50128: { kind: 'tenant', what: 'The domain belongs to no directory.' },
  5000224: {
    kind: 'tenant',
    what: 'The directory is gone, or is being deleted.',
    remedy: inWords([renewSubscription, ...compareDirectory]),
  },
  900382: {
    kind: 'tenant',
    what: 'The application belongs to another cloud than the Dynamics 365 instance.',
    remedy: 'Register an application in the directory of the cloud that the instance is in.',
  },
  9001023: {
    kind: 'tenant',
    what: 'Signing in with a user name and password needs a directory of an organization.',
    remedy: 'Use a work account such as contoso@contoso.onmicrosoft.com, not a personal one.',
  },
  // The application.
  700016: noApplication,
  70001: noApplication,
  7000112: disabledApplication,
  7000229: {
    kind: 'application',
    what: 'The application is registered, but has no presence in this directory.',
    remedy: inWords([admitApplication, ...compareDirectory]),
  },
  50105: {
    kind: 'application',
    what: 'The application admits only users who are assigned to it, and this one is not.',
    remedy: inWords([
      { ...enableApplication, clicks: ['Set Assignment required to No, or assign the user, and save.'] },
    ]),
  },
  7000218: {
    kind: 'application',
    what: 'The application for user names and passwords is not registered as a public client.',
    remedy:
      'Operators: Azure portal, App registrations, the application, Authentication: allow public client flows.',
  },
  // What an application proves itself with.
  7000215: {
    kind: 'secret',
    what: 'The client secret is wrong. Often the Secret ID was entered instead of the Value. A secret made within the last minute may not be known everywhere yet.',
  },
  7000222: { kind: 'secret', what: 'The client secret has expired.' },
  7000216: noSecret,
  700027: {
    kind: 'certificate',
    what: 'The certificate is not registered with the application, or its signature or validity was refused.',
  },
  1000502: {
    kind: 'certificate',
    what: 'The certificate is not within its validity: it has expired, or is not valid yet.',
  },
  700024: {
    kind: 'certificate',
    what: 'What was signed with the certificate is not within its time.',
    remedy: 'Operators: the clock of the machine that credentials runs on is wrong.',
  },
  50013: { kind: 'certificate', what: 'What was signed with the certificate is not valid.' },
  // The user.
  50034: { kind: 'user', what: 'There is no such user in the directory.', remedy: inWords(compareUser) },
  50057: { kind: 'user', what: 'The user is disabled.', remedy: inWords([allowSignIn]) },
  50020: {
    kind: 'user',
    what: 'The user belongs to another directory.',
    remedy: inWords([...compareUser, WITHOUT_USER]),
  },
  50126: { kind: 'password', what: 'The user name or the password is wrong.' },
  50053: {
    kind: 'password',
    what: 'The user is locked because of too many sign-ins with a wrong password, or the address they come from is blocked.',
  },
  50055: { kind: 'password', what: 'The password has expired.' },
  50056: { kind: 'password', what: 'The user has no password in this directory.' },
  50144: { kind: 'password', what: 'The password of the user has expired in Active Directory.' },
  // Dynamics 365 in the directory.
  500011: { kind: 'resource', what: 'The directory knows no Dynamics 365 instance at this URL.' },
  500014: {
    kind: 'resource',
    what: 'Dynamics 365 is disabled in this directory, as after its subscription has ended.',
    remedy: inWords([renewSubscription]),
  },
  650052: {
    kind: 'resource',
    what: 'The directory has no subscription of Dynamics 365.',
    remedy: inWords([renewSubscription]),
  },
  70011: { kind: 'resource' },
  1002012: { kind: 'resource' },
  // Policies and consent.
  50072: enrolment,
  50079: enrolment,
  50074: secondFactor,
  50076: secondFactor,
  50158: secondFactor,
  53000: device,
  53001: device,
  50097: device,
  530003: device,
  53002: { kind: 'policy', what: 'A Conditional Access policy admits only approved applications.' },
  53003: { kind: 'policy', what: 'A Conditional Access policy blocks this sign-in.' },
  53004: enrolment,
  53011: { kind: 'policy', what: 'The user is blocked: Microsoft sees a risk in its sign-ins.' },
  530034: {
    kind: 'policy',
    what: 'A policy of the directory blocks sign-ins with a code or a password alone.',
  },
  530035: { kind: 'policy', what: 'The security defaults of the directory block this sign-in.' },
  65001: {
    kind: 'consent',
    what: 'Nobody has consented to this application signing users in to Dynamics 365.',
  },
  65004: { kind: 'consent', what: 'Consent to this application was declined.' },
  650057: { kind: 'consent', what: 'Dynamics CRM is not among the permissions of the application.' },
  90094: { kind: 'consent', what: 'An administrator has to consent to this application.' },
  // Entra ID itself.
  50033: { kind: 'passing' },
  90006: { kind: 'passing' },
  90012: { kind: 'passing' },
  90024: { kind: 'passing' },
  90033: { kind: 'passing' },
  90055: { kind: 'throttling' },
  50196: {
    kind: 'throttling',
    what: 'Microsoft Entra ID takes the requests for a loop and refuses them for a while.',
  },
};

/** Every number that has a row. */
export const NUMBERS: readonly number[] = Object.keys(ROWS).map(Number);

/** @returns `undefined` for a number without a row */
export function rowOf(number: number | undefined): ({ kind: RefusalKind } & Words) | undefined {
  const row = number === undefined ? undefined : ROWS[number];
  return row && { ...KINDS[row.kind], ...row };
}
