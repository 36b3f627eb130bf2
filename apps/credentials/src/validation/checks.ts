/** What a Validate looks at on the way to a token, in its order, and what each finding means; pure. */
import { decodeJwt } from 'jose';
import { daysLeft } from '@leads/contracts/connection-details';
import type { ConnectionFacts } from '../connections/connection-facts.ts';
import type { TokenOutcome } from '../tokens/access-tokens.ts';

/** The checks of this half; `credentials` sums them up, and after it has passed the writer goes on. */
export type Check =
  | 'url'
  | 'host'
  | 'directory'
  | 'application'
  | 'user'
  | 'client-secret'
  | 'certificate'
  | 'password'
  | 'conditional-access'
  | 'organization'
  | 'secret-expiry'
  | 'office-365';

/** What a check found. */
export type Finding =
  | { status: 'passed' }
  | { status: 'warning' | 'failed'; cause: string; remedy: string }
  /** An earlier check has failed, so that this one says nothing. */
  | { status: 'skipped' };

const PASSED: Finding = { status: 'passed' };
const SKIPPED: Finding = { status: 'skipped' };
const WARN_DAYS = 30;
const connectionDetails = 'in the Connection details (Offer setup, Customer leads, Connect)';

/** Entra ID looks at these one after the other and refuses at the first that is wrong. */
export function signInChecks(facts: Pick<ConnectionFacts, 'authentication' | 'secret'>): Check[] {
  const who = facts.authentication === 'office-365' ? 'user' : 'application';
  return ['directory', who, facts.secret.kind, 'conditional-access', 'organization'];
}

const numbers: Partial<Record<Check, number[]>> = {
  directory: [90002, 900023, 900382],
  application: [700016, 70001, 7000112],
  user: [50034, 50057, 65001, 7000218, 9001023],
  'client-secret': [7000215, 7000222],
  certificate: [700027, 700024],
  password: [50126, 50053, 50055],
  'conditional-access': [50072, 50074, 50076, 50079, 53000, 53001, 53002, 53003, 530035],
  organization: [500011],
};

/**
 * Shares one answer of Entra ID out among the checks: those before the refusal have passed, those after it are
 * skipped. A refusal that none of them knows stands with the secret, which is what was asked about.
 */
export function shareOut(
  outcome: TokenOutcome,
  facts: Pick<ConnectionFacts, 'authentication' | 'secret'>,
): Map<Check, Finding> {
  const checks = signInChecks(facts);
  if (outcome.kind === 'token') return new Map(checks.map((check) => [check, PASSED]));
  const number = Number(/^AADSTS(\d+)$/.exec(outcome.cause)?.[1]);
  const known = checks.findIndex((check) => numbers[check]?.includes(number));
  const at = known < 0 ? checks.indexOf(facts.secret.kind) : known;
  const failed: Finding = { status: 'failed', cause: outcome.what, remedy: outcome.remedy };
  return new Map(
    checks.map((check, index) => {
      // What is not the directory's word says nothing of the checks before it either.
      if (index < at) return [check, known < 0 ? SKIPPED : PASSED];
      return [check, index === at ? failed : SKIPPED];
    }),
  );
}

/** Whether a token is one for this organisation and from this directory. What is not a JWT cannot be looked into. */
export function checkToken(
  accessToken: string,
  { url, directoryId }: Pick<ConnectionFacts, 'url' | 'directoryId'>,
): Finding {
  let claims: { aud?: string | string[]; tid?: unknown };
  try {
    claims = decodeJwt(accessToken);
  } catch {
    return PASSED;
  }
  const audience = typeof claims.aud === 'string' ? claims.aud.replace(/\/$/, '') : '';
  if (audience !== url) {
    return {
      status: 'failed',
      cause: 'Microsoft Entra ID gave a token for another organization.',
      remedy: `Compare the URL ${connectionDetails} with the one that the browser shows in Dynamics 365.`,
    };
  }
  if (directoryId !== undefined && claims.tid !== directoryId) {
    return {
      status: 'failed',
      cause: 'Microsoft Entra ID gave a token of another directory.',
      remedy: `Compare the Directory ID ${connectionDetails} with Azure Active Directory, Properties in the Azure portal.`,
    };
  }
  return PASSED;
}

/** Whether the secret lasts. */
export function checkExpiry(secret: ConnectionFacts['secret'], now: Date): Finding {
  const { expiresOn, kind } = secret;
  if (expiresOn === undefined) {
    return {
      status: 'warning',
      cause: 'It is not known when the client secret expires, so nobody can be warned in time.',
      remedy: `Enter the day that stands beside it under Certificates & secrets ${connectionDetails}. Client secrets that never expire are no longer given out.`,
    };
  }
  const left = daysLeft(expiresOn, now);
  if (left > WARN_DAYS) return PASSED;
  const remedy =
    kind === 'password'
      ? `Set a new password in the Microsoft 365 admin center and enter it ${connectionDetails}.`
      : `Make a new one under Certificates & secrets and enter it ${connectionDetails}.`;
  const cause = left < 0 ? `It was to expire on ${expiresOn}.` : `It expires on ${expiresOn}.`;
  // Entra ID has the last word on whether it still works: this only says what was entered.
  return { status: 'warning', cause, remedy };
}

/** Stands for as long as the connection signs in with a user name and a password. */
export const OFFICE_365_WARNING: Finding = {
  status: 'warning',
  cause:
    'Office 365 authentication is deprecated: it works only without multi-factor authentication, and the password has to be changed every 90 days.',
  remedy: `Choose Azure Active Directory as the authentication ${connectionDetails}, and enter the Application (client) ID, Directory ID and Client secret of an application.`,
};
