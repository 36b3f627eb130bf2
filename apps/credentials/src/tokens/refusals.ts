/** What Entra ID's refusals mean for a publisher, in the words of the set-up guide, and when asking again may help. */

/** Why there is no token. */
export interface TokenRefusal {
  /** A stable word: `AADSTS` and a number, or one of our own such as `unreachable`. */
  cause: string;
  what: string;
  remedy: string;
  /** Whether asking again later can help without anybody changing anything. */
  transient: boolean;
  /**
   * When the same credential may be tried again, in milliseconds from now; `never` until it is replaced: a wrong
   * password that is tried in a loop locks the account.
   */
  askAgainAfterMs: number | 'never';
}

/** A refusal as it is handed to who asked for the token. */
export type Refused = { kind: 'refused' } & Pick<TokenRefusal, 'cause' | 'what' | 'remedy' | 'transient'>;

/** What is known of an answer that was not a token. */
export interface RefusedAnswer {
  /** The AADSTS number, where there was one. */
  number?: number;
  /** OAuth's `error`, e.g. `invalid_client`. */
  error?: string;
  /** Undefined where no answer came at all. */
  status?: number;
  retryAfterMs?: number;
}

const MINUTE = 60_000;
/** Somebody may put it right in the directory, where we cannot see it: look again now and then. */
const NOW_AND_THEN = 15 * MINUTE;
const SOON = 30_000;
const LONGEST_WAIT = 60 * MINUTE;

type Explanation = Pick<TokenRefusal, 'what' | 'remedy'> & Partial<TokenRefusal>;

const connectionDetails = 'in the Connection details (Offer setup, Customer leads, Connect)';
const newSecret = `Azure portal, App registrations, your application, Certificates & secrets: select New client secret, copy its Value (not the Secret ID), and enter it as Client secret ${connectionDetails}.`;
const noConditions =
  'Use Azure Active Directory with an application instead of Office 365 (recommended), or exclude this user from multi-factor authentication and Conditional Access.';

const mfa: Explanation = {
  what: 'The directory asks this user for multi-factor authentication, which nobody can answer here.',
  remedy: noConditions,
};
const conditionalAccess: Explanation = {
  what: 'A Conditional Access policy or the security defaults of the directory block this sign-in.',
  remedy: `Azure portal, Azure Active Directory, Security, Conditional Access: exclude the application or user of this connection. With Office 365: ${noConditions}`,
};
const busy: Explanation = {
  what: 'Microsoft Entra ID is busy or has an outage.',
  remedy: 'Nothing is to be done: it is tried again by itself.',
  transient: true,
};
const noApplication: Explanation = {
  what: 'The directory has no application with this Application (client) ID.',
  remedy: `Compare the Application (client) ID ${connectionDetails} with the application's Overview page (Azure portal, App registrations), and the Directory ID with Azure Active Directory, Properties.`,
};
const disabled: Explanation = {
  what: 'The application is disabled in the directory.',
  remedy:
    'Azure portal, Azure Active Directory, Enterprise applications, your application, Properties: set "Enabled for users to sign-in" to Yes.',
};

const explanations = new Map<number, Explanation>([
  [
    7000215,
    {
      what: 'The client secret is wrong. Often the Secret ID was entered instead of the Value.',
      remedy: newSecret,
      askAgainAfterMs: 'never',
    },
  ],
  [7000222, { what: 'The client secret has expired.', remedy: newSecret, askAgainAfterMs: 'never' }],
  [7000112, disabled],
  [70001, noApplication],
  [700016, noApplication],
  [
    700027,
    {
      what: 'The certificate is not registered with the application, or its signature or validity was refused.',
      remedy:
        'Azure portal, App registrations, your application, Certificates & secrets: upload the certificate, or enter the one that stands there.',
      askAgainAfterMs: 'never',
    },
  ],
  [
    90002,
    {
      what: 'There is no directory with this Directory ID.',
      remedy: `Compare the Directory ID ${connectionDetails} with the one in the Azure portal, Azure Active Directory, Properties.`,
    },
  ],
  [
    900382,
    {
      what: 'The application belongs to another cloud than the Dynamics 365 instance.',
      remedy: 'Register an application in the directory of the cloud that the instance is in.',
    },
  ],
  [
    500011,
    {
      what: 'The directory knows no Dynamics 365 instance at this URL.',
      remedy: `Compare the URL ${connectionDetails} with the instance's, and the Directory ID with that of the directory which the instance belongs to.`,
    },
  ],
  [
    50126,
    {
      what: 'The user name or the password is wrong.',
      remedy: `Enter the user name and password of the service account ${connectionDetails}; a new password is set in the Microsoft 365 admin center.`,
      askAgainAfterMs: 'never',
    },
  ],
  [
    50034,
    {
      what: 'There is no such user in the directory.',
      remedy: `Compare the User name ${connectionDetails} with the service account in the Microsoft 365 admin center, Users.`,
    },
  ],
  [
    50053,
    {
      what: 'The user is locked because of too many sign-ins with a wrong password, or the address they come from is blocked.',
      remedy:
        'Unlock the user or reset the password in the Microsoft 365 admin center, then enter the password again.',
      askAgainAfterMs: 'never',
    },
  ],
  [
    50055,
    {
      what: 'The password has expired.',
      remedy: `Set a new password in the Microsoft 365 admin center and enter it as Password ${connectionDetails}. It has to be renewed every 90 days.`,
      askAgainAfterMs: 'never',
    },
  ],
  [
    50057,
    {
      what: 'The user is disabled.',
      remedy: 'Microsoft 365 admin center, Users, the service account: allow sign-in.',
    },
  ],
  ...[50072, 50074, 50076, 50079].map((number) => [number, mfa] as const),
  ...[53000, 53001, 53002, 53003, 530035].map((number) => [number, conditionalAccess] as const),
  [
    65001,
    {
      what: 'Nobody has consented to this application signing users in to Dynamics 365.',
      remedy:
        'Azure portal, App registrations, the application, API permissions: add Dynamics CRM, user_impersonation, and grant admin consent.',
    },
  ],
  [
    7000218,
    {
      what: 'The application for user names and passwords is not registered as a public client.',
      remedy:
        'Operators: Azure portal, App registrations, the application, Authentication: allow public client flows.',
    },
  ],
  [
    9001023,
    {
      what: 'Signing in with a user name and password needs a directory of an organization.',
      remedy: 'Use a work account such as contoso@contoso.onmicrosoft.com, not a personal one.',
    },
  ],
  [
    50196,
    {
      what: 'Microsoft Entra ID takes the requests for a loop and refuses them for a while.',
      remedy: 'Nothing is to be done: it is tried again by itself, less often.',
      transient: true,
      askAgainAfterMs: 5 * MINUTE,
    },
  ],
  ...[90006, 90012, 90024, 90033, 90055, 50033].map((number) => [number, busy] as const),
]);

/**
 * Explains an answer that was not a token.
 *
 * The AADSTS number decides where it is known; Microsoft may change the numbers, so the status decides otherwise.
 */
export function explainRefusal(answer: RefusedAnswer): TokenRefusal {
  const known = answer.number === undefined ? undefined : explanations.get(answer.number);
  const explained = known ?? explainStatus(answer);
  const transient = explained.transient ?? false;
  const usual = explained.askAgainAfterMs ?? (transient ? SOON : NOW_AND_THEN);
  return {
    cause: causeOf(answer),
    what: explained.what,
    remedy: explained.remedy,
    transient,
    askAgainAfterMs:
      usual === 'never' ? usual : Math.min(Math.max(usual, answer.retryAfterMs ?? 0), LONGEST_WAIT),
  };
}

function causeOf({ number, status }: RefusedAnswer): string {
  if (number !== undefined) return `AADSTS${number}`;
  if (status === undefined) return 'unreachable';
  return status === 429 ? 'throttled' : `http-${status}`;
}

function explainStatus({ status, error, number }: RefusedAnswer): Explanation {
  if (status === undefined) {
    return {
      what: 'Microsoft Entra ID could not be reached.',
      remedy: 'Nothing is to be done: it is tried again by itself.',
      transient: true,
    };
  }
  if (status === 429 || status >= 500 || error === 'temporarily_unavailable') return busy;
  if (status >= 200 && status < 400) {
    return { ...busy, what: 'Microsoft Entra ID gave an answer that is none.' };
  }
  const code = number === undefined ? (error ?? `status ${status}`) : `AADSTS${number}`;
  return {
    what: `Microsoft Entra ID refused to sign in (${code}).`,
    remedy: `Check the Directory ID, the Application (client) ID and the Client secret ${connectionDetails}; the code is explained at https://login.microsoftonline.com/error.`,
  };
}
