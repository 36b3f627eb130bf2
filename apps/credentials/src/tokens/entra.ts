/** Asks Entra ID for one access token through MSAL, over our own HTTP client. */
import {
  type AuthenticationResult,
  AuthError,
  ConfidentialClientApplication,
  type INetworkModule,
  type NodeAuthOptions,
  PublicClientApplication,
  type ServerError,
} from '@azure/msal-node';
import type { Outbound, OutboundAnswer } from '@leads/service';
import type { SignInHost } from '@leads/contracts/connection-details';
import type { Certificate } from '../connections/certificate.ts';
import { explainRefusal, type RefusedAnswer, type TokenRefusal } from './refusals.ts';

/** How a connection proves itself. */
export type Credential =
  | { kind: 'client-secret'; applicationId: string; directoryId: string; secret: string }
  | { kind: 'certificate'; applicationId: string; directoryId: string; certificate: Certificate }
  | { kind: 'password'; publicClientId: string; userName: string; password: string };

export interface TokenWish {
  /** The sign-in host of the cloud that the instance is in. */
  signInHost: SignInHost;
  /** The instance's origin. */
  url: string;
  credential: Credential;
}

export type EntraAnswer =
  { kind: 'token'; accessToken: string; expiresAt: Date } | ({ kind: 'refused' } & TokenRefusal);

/** The part of `Outbound` that is used here. */
export type Sender = Pick<Outbound, 'send'>;

/**
 * Asks for a token once.
 *
 * Each call has an MSAL application of its own: MSAL's token cache and its memory of throttling live there, and
 * the latter would refuse without asking, for a minute and more, while our own cache still holds a good token.
 */
export async function askEntra(wish: TokenWish, sender: Sender): Promise<EntraAnswer> {
  const network = new RecordingNetwork(sender);
  try {
    const result = await acquire(wish, network);
    if (!result?.accessToken || !result.expiresOn) return refused({ status: network.status ?? 200 });
    return { kind: 'token', accessToken: result.accessToken, expiresAt: result.expiresOn };
  } catch (error) {
    // Neither an answer nor a failure to get one: the fault is ours.
    if (network.status === undefined && !network.failed) throw error;
    return refused({ ...network.answer(), ...numberOf(error) });
  }
}

function acquire(
  { credential, signInHost, url }: TokenWish,
  networkClient: INetworkModule,
): Promise<AuthenticationResult | null> {
  const system = { networkClient, disableInternalRetries: true };
  const scopes = [`${url}/.default`];
  if (credential.kind === 'password') {
    const { publicClientId: clientId, userName: username, password } = credential;
    // The user's own directory, by its domain: on /common this grant is refused (AADSTS9001023).
    const authority = `https://${signInHost}/${username.slice(username.lastIndexOf('@') + 1)}`;
    const application = new PublicClientApplication({ auth: { clientId, authority }, system });
    // Deprecated, and the only grant there is for what the marketplace's dialog calls Office 365.
    return application.acquireTokenByUsernamePassword({ scopes, username, password });
  }
  const { applicationId: clientId, directoryId } = credential;
  const proof =
    credential.kind === 'client-secret'
      ? { clientSecret: credential.secret }
      : { clientCertificate: msalCertificate(credential.certificate) };
  const auth = { clientId, authority: `https://${signInHost}/${directoryId}`, ...proof };
  const application = new ConfidentialClientApplication({ auth, system });
  return application.acquireTokenByClientCredential({ scopes, skipCache: true });
}

function msalCertificate({
  thumbprint,
  privateKey,
  chain,
}: Certificate): NonNullable<NodeAuthOptions['clientCertificate']> {
  return { thumbprintSha256: thumbprint, privateKey, x5c: chain };
}

function refused(answer: RefusedAnswer): EntraAnswer {
  return { kind: 'refused', ...explainRefusal(answer) };
}

function numberOf(error: unknown): { number?: number; error?: string } {
  if (!(error instanceof AuthError)) return {};
  const errorNo = (error as Partial<Pick<ServerError, 'errorNo'>>).errorNo;
  const number = Number(errorNo);
  return { error: error.errorCode, ...(errorNo !== undefined && Number.isInteger(number) ? { number } : {}) };
}

/** What MSAL sends goes through `Outbound`; status and Retry-After are kept, for MSAL's errors do not carry them. */
class RecordingNetwork implements INetworkModule {
  status: number | undefined;
  failed = false;
  private retryAfterMs: number | undefined;

  constructor(private readonly sender: Sender) {}

  answer(): RefusedAnswer {
    return {
      ...(this.status === undefined ? {} : { status: this.status }),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
    };
  }

  sendGetRequestAsync<T>(url: string, options?: { headers?: Record<string, string> }) {
    return this.exchange<T>({ url, method: 'GET', headers: options?.headers ?? {} });
  }

  sendPostRequestAsync<T>(url: string, options?: { headers?: Record<string, string>; body?: string }) {
    const body = options?.body === undefined ? {} : { body: options.body };
    return this.exchange<T>({ url, method: 'POST', headers: options?.headers ?? {}, ...body });
  }

  private async exchange<T>(
    request: Parameters<Sender['send']>[0],
  ): Promise<{ headers: Record<string, string>; body: T; status: number }> {
    const answer = await this.sender.send(request).catch((error: unknown) => {
      this.failed = true;
      throw error;
    });
    this.status = answer.status;
    this.retryAfterMs = retryAfterOf(answer);
    return { headers: answer.headers, body: jsonOf(answer) as T, status: answer.status };
  }
}

/** A gateway's HTML page instead of JSON is no answer; the status, which was kept, then decides. */
function jsonOf({ body }: OutboundAnswer): unknown {
  const parsed: unknown = JSON.parse(body);
  if (typeof parsed !== 'object' || parsed === null) throw new SyntaxError('not a JSON object');
  return parsed;
}

/** Retry-After in milliseconds, from seconds or a date. */
function retryAfterOf({ headers }: OutboundAnswer): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
