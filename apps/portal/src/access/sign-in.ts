/** Signing in at Microsoft Entra ID: authorization code with PKCE, state and nonce, by openid-client. */
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { Outbound, OutboundRequest } from '@leads/service';
import { type Person, personOf } from './person.ts';
import { failureOf, type SignInFailure } from './sign-in-problem.ts';

export interface SignInOptions {
  /** Ends in `/v2.0`; the issuer where it names one directory. */
  authority: string;
  clientId: string;
  clientSecret?: string | undefined;
  publicUrl: string;
  operatorDirectoryId: string;
  /** Local runs only: replaces the origin of Microsoft's sign-in page. */
  browserOrigin?: string | undefined;
  outbound: Outbound;
  now: () => Date;
}

/** A sign-in that has begun: kept until the browser comes back. */
export interface PendingSignIn {
  nonce: string;
  verifier: string;
  /** A page of the console. */
  returnTo: string;
  /** In milliseconds since 1970. */
  begunAt: number;
}

/** How long Microsoft's page may be left open. */
export const PENDING_MS = 10 * 60_000;

/** Where Entra ID sends the browser back to, below the portal's address. */
const CALLBACK_PATH = '/auth/callback';

export class SignIn {
  private configuration: Promise<Configuration> | undefined;

  constructor(private readonly options: SignInOptions) {}

  /**
   * Begins one.
   * @returns where to send the browser, and what to keep under `state`
   */
  async begin(
    returnTo: string,
  ): Promise<{ ok: true; url: string; state: string; pending: PendingSignIn } | Failed> {
    const [state, nonce, verifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()];
    try {
      const url = buildAuthorizationUrl(await this.discovered(), {
        redirect_uri: `${this.options.publicUrl}${CALLBACK_PATH}`,
        response_type: 'code',
        scope: 'openid profile',
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        // Whoever signed out here is asked who they are, instead of being let in again.
        prompt: 'select_account',
      });
      const pending = { nonce, verifier, returnTo, begunAt: this.options.now().getTime() };
      return { ok: true, url: this.forBrowser(url).href, state, pending };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  /**
   * Ends one: redeems the code and checks the ID token (signature, issuer of its directory, audience, nonce, times).
   * @param search the query with which the browser came back, with its question mark
   */
  async finish(
    search: string,
    state: string,
    pending: PendingSignIn | undefined,
  ): Promise<{ ok: true; person: Person } | Failed> {
    const isLate = pending && this.options.now().getTime() - pending.begunAt > PENDING_MS;
    if (!pending || isLate) {
      return { ok: false, failure: { problem: 'expired', code: pending ? 'too late' : 'unknown state' } };
    }
    try {
      const address = new URL(`${this.options.publicUrl}${CALLBACK_PATH}${search}`);
      const tokens = await authorizationCodeGrant(await this.discovered(), address, {
        expectedState: state,
        expectedNonce: pending.nonce,
        pkceCodeVerifier: pending.verifier,
        idTokenExpected: true,
      });
      const person = personOf(tokens.claims(), this.options.operatorDirectoryId);
      if (person) return { ok: true, person };
      return { ok: false, failure: { problem: 'not-verified', code: 'claims missing' } };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  /** What Entra ID says about itself; asked once, and again after a failure. */
  private async discovered(): Promise<Configuration> {
    const { authority, clientId, clientSecret, outbound } = this.options;
    const asked = (this.configuration ??= discovery(
      new URL(authority),
      clientId,
      {},
      clientSecret === undefined ? None() : ClientSecretPost(clientSecret),
      { [customFetch]: fetchThrough(outbound), execute: [enableNonRepudiationChecks], timeout: 10 },
    ));
    try {
      return await asked;
    } catch (error) {
      if (this.configuration === asked) this.configuration = undefined;
      throw error;
    }
  }

  private forBrowser(url: URL): URL {
    const { browserOrigin } = this.options;
    return browserOrigin === undefined ? url : new URL(`${url.pathname}${url.search}`, browserOrigin);
  }
}

interface Failed {
  ok: false;
  failure: SignInFailure;
}

/** `fetch` as openid-client calls it, with the manners of every request to Microsoft. */
function fetchThrough(outbound: Outbound): CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const sent: OutboundRequest = { url, method: method as OutboundRequest['method'], headers };
    if (body instanceof URLSearchParams || typeof body === 'string') sent.body = body.toString();
    else if (body !== null && body !== undefined) throw new Error('Only forms are sent to Entra ID.');
    if (signal) sent.signal = signal;
    const answer = await outbound.send(sent);
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  };
}
