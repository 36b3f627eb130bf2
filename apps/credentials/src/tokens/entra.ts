/** Asks Entra ID for one access token through MSAL, over our own HTTP client. */
import {
  AuthError,
  ConfidentialClientApplication,
  type INetworkModule,
  PublicClientApplication,
  type ServerError,
} from '@azure/msal-node';
import type { Outbound, OutboundAnswer } from '@leads/service';
import type { SignInHost } from '../connections/dynamics-url.ts';
import { explainRefusal, type RefusedAnswer, type TokenRefusal } from './refusals.ts';

/** How a connection proves itself. */
export type Credential =
  | { kind: 'client-secret'; applicationId: string; directoryId: string; secret: string }
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
    if (!(error instanceof AuthError) && network.status !== undefined) throw error;
    return refused({ ...network.answer(), ...numberOf(error) });
  }
}

function acquire(wish: TokenWish, networkClient: INetworkModule) {
  const { credential, signInHost, url } = wish;
  const system = { networkClient, disableInternalRetries: true };
  const scopes = [`${url}/.default`];
  if (credential.kind === 'client-secret') {
    const { applicationId, directoryId, secret } = credential;
    const auth = {
      clientId: applicationId,
      authority: `https://${signInHost}/${directoryId}`,
      clientSecret: secret,
    };
    const application = new ConfidentialClientApplication({ auth, system });
    return application.acquireTokenByClientCredential({ scopes, skipCache: true });
  }
  const { publicClientId, userName, password } = credential;
  // The user's own directory is found by its domain: /common is refused (AADSTS9001023).
  const authority = `https://${signInHost}/organizations`;
  const application = new PublicClientApplication({ auth: { clientId: publicClientId, authority }, system });
  return application.acquireTokenByUsernamePassword({ scopes, username: userName, password });
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
    const answer = await this.sender.send(request);
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
