/** Entra's refusals: the OAuth error, the AADSTS number and the HTTP status of each, and the body they come in. */
import { json, type Reply } from '../http/exchange.ts';
import { newGuid } from '../ids.ts';

interface Kind {
  readonly status: number;
  readonly error: string;
  readonly suberror?: string;
  readonly text: string;
}

/** `{0}`, `{1}` stand for what the case names: an application, a tenant, a user, a resource. */
const KINDS: Readonly<Record<number, Kind>> = {
  7000215: {
    status: 401,
    error: 'invalid_client',
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{0}'.",
  },
  7000222: {
    status: 401,
    error: 'invalid_client',
    text: "The provided client secret keys for app '{0}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
  },
  7000216: {
    status: 401,
    error: 'invalid_client',
    text: "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
  },
  7000218: {
    status: 401,
    error: 'invalid_client',
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  7000112: { status: 401, error: 'unauthorized_client', text: "Application '{0}'({1}) is disabled." },
  70001: { status: 400, error: 'unauthorized_client', text: "The application '{0}' is disabled." },
  700016: {
    status: 400,
    error: 'unauthorized_client',
    text: "Application with identifier '{0}' was not found in the directory '{1}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  },
  700027: {
    status: 401,
    error: 'invalid_client',
    text: "The certificate with identifier used to sign the client assertion is not registered on application '{0}'. [Reason - {1}]",
  },
  700024: {
    status: 401,
    error: 'invalid_client',
    text: 'Client assertion is not within its valid time range. Current time: {0}.',
  },
  90002: {
    status: 400,
    error: 'invalid_request',
    text: "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  },
  900023: {
    status: 400,
    error: 'invalid_request',
    text: "Specified tenant identifier '{0}' is neither a valid DNS name, nor a valid external domain.",
  },
  900144: {
    status: 400,
    error: 'invalid_request',
    text: "The request body must contain the following parameter: '{0}'.",
  },
  90014: {
    status: 400,
    error: 'invalid_request',
    text: "The required field '{0}' is missing from the credential.",
  },
  900382: {
    status: 400,
    error: 'invalid_request',
    text: 'Confidential Client is not supported in Cross Cloud request.',
  },
  500011: {
    status: 400,
    error: 'invalid_resource',
    text: 'The resource principal named {0} was not found in the tenant named {1}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.',
  },
  500014: {
    status: 400,
    error: 'invalid_resource',
    text: 'The service principal for resource {0} is disabled. This indicate that a subscription within the tenant has lapsed, or that the administrator for this tenant has disabled the application, preventing tokens from being issued for it.',
  },
  5000224: {
    status: 400,
    error: 'invalid_request',
    text: 'We are sorry, this resource is not available. If you think you are seeing this message in error, please contact support.',
  },
  7000229: {
    status: 400,
    error: 'unauthorized_client',
    text: 'The client application {0} is missing service principal in the tenant {1}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119.',
  },
  1000502: {
    status: 401,
    error: 'invalid_client',
    text: "The provided certificate is not within its specified validity window. Client: '{0}'.",
  },
  1002012: {
    status: 400,
    error: 'invalid_scope',
    text: 'The provided value for scope {0} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
  },
  70011: {
    status: 400,
    error: 'invalid_scope',
    text: "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. {0}",
  },
  70003: {
    status: 400,
    error: 'unsupported_grant_type',
    text: "The app requested an unsupported grant type '{0}'.",
  },
  50126: {
    status: 400,
    error: 'invalid_grant',
    text: 'Error validating credentials due to invalid username or password.',
  },
  50034: {
    status: 400,
    error: 'invalid_grant',
    text: 'The user account {0} does not exist in the {1} directory. To sign into this application, the account must be added to the directory.',
  },
  50053: {
    status: 400,
    error: 'invalid_grant',
    text: 'The account is locked, you have tried to sign in too many times with an incorrect user ID or password.',
  },
  50055: {
    status: 400,
    error: 'invalid_grant',
    suberror: 'user_password_expired',
    text: 'The password is expired.',
  },
  50057: { status: 400, error: 'invalid_grant', text: 'The user account is disabled.' },
  50076: {
    status: 400,
    error: 'interaction_required',
    suberror: 'basic_action',
    text: "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{0}'.",
  },
  50079: {
    status: 400,
    error: 'interaction_required',
    suberror: 'basic_action',
    text: "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{0}'.",
  },
  53003: {
    status: 400,
    error: 'invalid_grant',
    suberror: 'message_only',
    text: 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
  },
  65001: {
    status: 400,
    error: 'invalid_grant',
    suberror: 'consent_required',
    text: "The user or administrator has not consented to use the application with ID '{0}' named '{1}'. Send an interactive authorization request for this user and resource.",
  },
  70008: {
    status: 400,
    error: 'invalid_grant',
    text: 'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  },
  50173: {
    status: 400,
    error: 'invalid_grant',
    suberror: 'bad_token',
    text: 'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
  },
  70043: {
    status: 400,
    error: 'invalid_grant',
    suberror: 'bad_token',
    text: 'The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.',
  },
  54005: {
    status: 400,
    error: 'invalid_grant',
    text: 'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  },
  9002313: {
    status: 400,
    error: 'invalid_request',
    text: 'Invalid request. Request is malformed or invalid.',
  },
  50148: {
    status: 400,
    error: 'invalid_grant',
    text: 'The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.',
  },
  50011: {
    status: 400,
    error: 'invalid_request',
    text: "The redirect URI '{0}' specified in the request does not match the redirect URIs configured for the application '{1}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.",
  },
  9001023: {
    status: 400,
    error: 'invalid_request',
    text: 'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.',
  },
  53000: {
    status: 400,
    error: 'interaction_required',
    text: 'Device is not in required device state: compliant.',
  },
  50072: {
    status: 400,
    error: 'interaction_required',
    suberror: 'basic_action',
    text: "User needs to enroll for second factor authentication (interactive) to access '{0}'.",
  },
  50074: {
    status: 400,
    error: 'interaction_required',
    suberror: 'basic_action',
    text: "Strong authentication is required to access '{0}' and the user did not pass the MFA challenge.",
  },
  53001: {
    status: 400,
    error: 'interaction_required',
    text: 'Device is not in required device state: domain_joined.',
  },
  53002: {
    status: 400,
    error: 'interaction_required',
    text: 'The application is not an approved app for Conditional Access.',
  },
  530035: { status: 400, error: 'invalid_grant', text: 'Access has been blocked by security defaults.' },
  50196: {
    status: 400,
    error: 'invalid_grant',
    text: 'The server terminated an operation because it encountered a client request loop. Please contact your app vendor.',
  },
  90055: {
    status: 429,
    error: 'temporarily_unavailable',
    text: 'The server is busy: this tenant has exceeded its request rate. Wait before sending more requests.',
  },
  90006: { status: 503, error: 'temporarily_unavailable', text: 'External server is retryable.' },
  90012: { status: 504, error: 'temporarily_unavailable', text: 'The request timed out.' },
  90024: {
    status: 503,
    error: 'temporarily_unavailable',
    text: 'Request budget exceeded: a transient error has occurred. Please try again.',
  },
  50033: {
    status: 503,
    error: 'temporarily_unavailable',
    text: 'A retryable error has occurred. Please try again.',
  },
  90033: {
    status: 503,
    error: 'temporarily_unavailable',
    text: 'A transient error has occurred. Please try again.',
  },
};

export interface Refusal {
  readonly number: number;
  readonly words: readonly string[];
}

/** The numbers that the control API can ask for. */
export const KNOWN_NUMBERS: readonly number[] = Object.keys(KINDS).map(Number);

export const refuse = (number: number, ...words: string[]): Refusal => ({ number, words });

export const isRefusal = (value: object): value is Refusal => 'number' in value && 'words' in value;

/** The text after `AADSTSnnn: `, with the words filled in. */
export function refusalText({ number, words }: Refusal): string {
  const text = KINDS[number]?.text ?? 'An error occurred.';
  return `AADSTS${number}: ${text.replace(/\{(\d)\}/g, (_match, index: string) => words[Number(index)] ?? '(unnamed)')}`;
}

export const oauthError = (number: number): string => KINDS[number]?.error ?? 'invalid_request';

const MFA = new Set([50072, 50074, 50076, 50079]);

/** The answer of the token endpoint. `claims` goes with MFA refusals, which a client passes on when it asks anew. */
export function refusalReply(
  refusal: Refusal,
  now: number,
  correlationId: string,
  retryAfterSeconds?: number,
): Reply {
  const kind = KINDS[refusal.number] ?? { status: 400, error: 'invalid_request', text: 'An error occurred.' };
  const traceId = newGuid();
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const reply = json(kind.status, {
    error: kind.error,
    error_description: `${refusalText(refusal)} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [refusal.number],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${refusal.number}`,
    ...(kind.suberror ? { suberror: kind.suberror } : {}),
    ...(MFA.has(refusal.number)
      ? {
          claims:
            '{"access_token":{"capolids":{"essential":true,"values":["b3a6d7a5-0f5e-4f0e-9d3a-2b7f7c1c0a55"]}}}',
        }
      : {}),
  });
  const headers = { 'cache-control': 'no-store, no-cache', pragma: 'no-cache', 'x-ms-request-id': traceId };
  const retry: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { ...reply, headers: { ...reply.headers, ...headers, ...retry } };
}
