/** What a Validate looks at on the way to a token, in its order, and what each finding means; pure. */
import { decodeJwt } from 'jose';
import { daysLeft } from '@leads/contracts/connection-details';
import {
  type CheckName,
  compareDirectory,
  compareUrl,
  inWords,
  replaceSecret,
} from '@leads/contracts/validation';
import type { ConnectionFacts } from '../connection-facts.ts';
import type { TokenOutcome } from '../tokens/access-tokens.ts';
import type { RefusalKind } from '../tokens/entra-numbers.ts';

/** What a check found. */
export type Finding =
  | { status: 'passed' }
  | { status: 'warning' | 'failed'; what: string; remedy: string }
  /** An earlier check has failed, so that this one says nothing. */
  | { status: 'skipped' };

const PASSED: Finding = { status: 'passed' };
const SKIPPED: Finding = { status: 'skipped' };
const WARN_DAYS = 30;
const connectionDetails = 'in the Connection details (Offer setup, Customer leads, Connect)';

/** Entra ID looks at these one after the other and refuses at the first that is wrong. */
export function signInChecks(facts: Pick<ConnectionFacts, 'authentication' | 'secret'>): CheckName[] {
  return ['sign-in', 'directory', whoOf(facts), facts.secret.kind, 'conditional-access', 'organization'];
}

function whoOf({ authentication }: Pick<ConnectionFacts, 'authentication'>): 'user' | 'application' {
  return authentication === 'office-365' ? 'user' : 'application';
}

/** The check that a refusal stands with. */
function checkOf(kind: RefusalKind, facts: Pick<ConnectionFacts, 'authentication' | 'secret'>): CheckName {
  switch (kind) {
    case 'tenant':
      return 'directory';
    case 'application':
    case 'user':
      return whoOf(facts);
    case 'secret':
    case 'certificate':
    case 'password':
      return facts.secret.kind;
    case 'policy':
    case 'consent':
      return 'conditional-access';
    case 'resource':
      return 'organization';
    case 'passing':
    case 'throttling':
    case 'unknown':
      return 'sign-in';
  }
}

/**
 * Shares one answer of Entra ID out among the checks: those before the refusal have passed, those after it are
 * skipped. Where Entra ID is busy, or says nothing that is known, none of the connection's own parts is to blame.
 */
export function shareOut(
  outcome: TokenOutcome,
  facts: Pick<ConnectionFacts, 'authentication' | 'secret'>,
): Map<CheckName, Finding> {
  const checks = signInChecks(facts);
  if (outcome.kind === 'token') return new Map(checks.map((check) => [check, PASSED]));
  const at = checks.indexOf(checkOf(outcome.refusalKind, facts));
  const failed: Finding = { status: 'failed', what: outcome.what, remedy: outcome.remedy };
  return new Map(
    checks.map((check, index) => [check, index < at ? PASSED : index === at ? failed : SKIPPED]),
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
      what: 'Microsoft Entra ID gave a token for another organization.',
      remedy: inWords(compareUrl),
    };
  }
  if (directoryId !== undefined && claims.tid !== directoryId) {
    return {
      status: 'failed',
      what: 'Microsoft Entra ID gave a token of another directory.',
      remedy: inWords(compareDirectory),
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
      what: 'It is not known when the client secret expires, so nobody can be warned in time.',
      remedy: `Enter the day that stands beside it under Certificates & secrets ${connectionDetails}. Client secrets that never expire are no longer given out.`,
    };
  }
  const left = daysLeft(expiresOn, now);
  if (left > WARN_DAYS) return PASSED;
  const remedy = inWords(replaceSecret[kind]);
  const what = left < 0 ? `It was to expire on ${expiresOn}.` : `It expires on ${expiresOn}.`;
  // Entra ID has the last word on whether it still works: this only says what was entered.
  return { status: 'warning', what, remedy };
}

/** Stands for as long as the connection signs in with a user name and a password. */
export const OFFICE_365_WARNING: Finding = {
  status: 'warning',
  what: 'Office 365 authentication is deprecated: it works only without multi-factor authentication, and the password has to be changed every 90 days.',
  remedy: `Choose Azure Active Directory as the authentication ${connectionDetails}, and enter the Application (client) ID, Directory ID and Client secret of an application.`,
};
