/** Asks Entra ID for one access token through MSAL, over our own HTTP client. */
import {
  type AuthenticationResult,
  ConfidentialClientApplication,
  type INetworkModule,
  type NodeAuthOptions,
  PublicClientApplication,
} from '@azure/msal-node';
import { cleanLine, cleanLines, present } from '@leads/contracts';
import { type Outbound, type OutboundAnswer, retryAfterMs } from '@leads/service';
import type { SignInHost } from '@leads/contracts/connection-details';
import type { Certificate } from '../secrets/certificate.ts';
import { z } from 'zod';
import { explainRefusal, type RefusedAnswer, type TokenRefusal } from './refusals.ts';

/** How a connection proves itself. */
export type Credential =
  | { kind: 'client-secret'; applicationId: string; directoryId: string; secret: string }
  | { kind: 'certificate'; applicationId: string; directoryId: string; certificate: Certificate }
  | { kind: 'password'; publicClientId: string; userName: string; password: string };

export interface EntraRequest {
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
export async function askEntra(request: EntraRequest, sender: Sender): Promise<EntraAnswer> {
  const network = new RecordingNetwork(sender);
  const { kind: by } = request.credential;
  try {
    const result = await acquire(request, network);
    if (!result?.accessToken || !result.expiresOn) return refused({ by, status: network.status ?? 200 });
    return { kind: 'token', accessToken: result.accessToken, expiresAt: result.expiresOn };
  } catch (error) {
    // Neither an answer nor a failure to get one: the fault is ours.
    if (network.status === undefined && !network.failed) throw error;
    // MSAL's errors have another shape each, and some no number: what Entra ID said is read where it came in.
    return refused({ by, ...network.answer() });
  }
}

function acquire(
  { credential, signInHost, url }: EntraRequest,
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

/** The longest words of Entra ID's that are read, in UTF-16 units: OAuth's own, and its sentences. */
const LONGEST_ERROR = 200;
const LONGEST_TEXT = 4_000;

/** What Entra ID says beside a refusal. Whatever is not as documented is as good as not there. */
const Said = z.object({
  error: z
    .string()
    .overwrite((text) => cleanLine(text, LONGEST_ERROR))
    .optional()
    .catch(undefined),
  error_description: z
    .string()
    .overwrite((text) => cleanLines(text, LONGEST_TEXT))
    .optional()
    .catch(undefined),
  error_codes: z.array(z.int().nonnegative()).optional().catch(undefined),
});

function readSaid(body: string): Pick<RefusedAnswer, 'number' | 'error' | 'text'> {
  const said = Said.safeParse(parsed(body));
  if (!said.success) return {};
  const { error, error_description: text, error_codes: [first] = [] } = said.data;
  const written = /^\s*AADSTS(\d{1,15})/.exec(text ?? '')?.[1];
  const number = first ?? (written === undefined ? undefined : Number(written));
  return present({ number, error, text });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // A page of HTML, or nothing: no words of Entra ID's.
    return undefined;
  }
}

/** What MSAL sends goes through `Outbound`; what came back is kept, for MSAL's errors do not carry it. */
class RecordingNetwork implements INetworkModule {
  status: number | undefined;
  failed = false;
  private retryAfterMs: number | undefined;
  private said: ReturnType<typeof readSaid> = {};

  constructor(private readonly sender: Sender) {}

  answer(): Omit<RefusedAnswer, 'by'> {
    return {
      ...this.said,
      ...present({ status: this.status, retryAfterMs: this.retryAfterMs }),
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
    this.retryAfterMs = retryAfterMs(answer.headers, Date.now());
    this.said = answer.status < 400 ? {} : readSaid(answer.body);
    return { headers: answer.headers, body: jsonOf(answer) as T, status: answer.status };
  }
}

/** A gateway's HTML page instead of JSON is no answer; the status, which was kept, then decides. */
function jsonOf({ body }: OutboundAnswer): unknown {
  const answered: unknown = JSON.parse(body);
  if (typeof answered !== 'object' || answered === null) throw new SyntaxError('not a JSON object');
  return answered;
}
