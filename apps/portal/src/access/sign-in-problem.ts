/** Why a sign-in ended badly, from what the OpenID Connect client throws. */
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import type { SignInProblem } from '@leads/contracts/portal-api';

/** What is told of a sign-in that failed: to the person, and to the log. */
export interface SignInFailure {
  problem: SignInProblem;
  /** Codes alone: descriptions can hold names of people. */
  code: string;
}

/** The checks of a token or an answer that openid-client names by these codes. */
const NOT_VERIFIED = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_INVALID_REQUEST',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
  'OAUTH_UNSUPPORTED_OPERATION',
  'OAUTH_MISSING_SERVER_METADATA',
]);

// Microsoft's numbers (Entra error code reference): consent of the person or of an administrator is missing.
const CONSENT = new Set([65001, 90094, 90095, 90097, 90099]);
/** The person left Microsoft's page. */
const DECLINED = 65004;
/** Not found in that directory, disabled, wrong secret or redirect address. */
const REGISTRATION = new Set([
  50011, 50012, 70001, 700016, 700025, 7000112, 7000215, 7000216, 7000218, 7000222,
]);
/** A code that is too old, or was used before. */
const SPENT = new Set([54005, 70008, 70000]);

/** @param error whatever a step of the walk threw */
export function failureOf(error: unknown): SignInFailure {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const number = Number(/AADSTS(\d{4,8})/.exec(error.error_description ?? '')?.[1] ?? 0);
    const code = number === 0 ? error.error : `${error.error} AADSTS${number}`;
    return { problem: refusal(error.error, number, error instanceof ResponseBodyError), code };
  }
  if (error instanceof ClientError && error.code !== undefined) {
    return { problem: NOT_VERIFIED.has(error.code) ? 'not-verified' : 'unreachable', code: error.code };
  }
  return { problem: 'unreachable', code: codeOf(error) };
}

/** That of the network error inside, however deep. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'no answer';
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === 'string' ? code : codeOf(cause);
}

function refusal(error: string, number: number, isOfTokenEndpoint: boolean): SignInProblem {
  if (CONSENT.has(number) || error === 'consent_required') return 'consent-needed';
  if (number === DECLINED) return 'cancelled';
  if (REGISTRATION.has(number)) return 'not-configured';
  if (isOfTokenEndpoint && SPENT.has(number)) return 'expired';
  switch (error) {
    case 'access_denied':
      return number === 0 ? 'cancelled' : 'denied';
    case 'temporarily_unavailable':
    case 'server_error':
      return 'unreachable';
    case 'invalid_client':
    case 'unauthorized_client':
      return 'not-configured';
    default:
      return 'denied';
  }
}
