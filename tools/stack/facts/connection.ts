/** A published connection, made through the credentials service's own HTTP API as a publisher's console would. */
import { Unready } from '../failure.ts';
import { until } from '../processes/narrator.ts';

export interface PublishedConnection {
  readonly connectionId: string;
  /** Where the marketplace posts this offer's leads; holds the address key, so it is a secret. */
  readonly leadAddress: string;
}

/** A connection as the credentials service takes it. */
export type ConnectionEntry = Record<string, unknown>;

export interface CredentialsApi {
  readonly url: string;
  readonly apiKey: string;
}

/** Creates and publishes a connection. */
export async function publishConnection(
  api: CredentialsApi,
  entry: ConnectionEntry,
): Promise<PublishedConnection> {
  const created = await call(api, 'POST', '/api/connections', entry);
  const { connectionId, leadAddress } = created as Partial<PublishedConnection>;
  if (typeof connectionId !== 'string' || typeof leadAddress !== 'string') {
    throw new Unready(
      'The credentials service created a connection and did not tell its id and lead address.',
    );
  }
  await call(api, 'POST', `/api/connections/${connectionId}/publish`);
  return { connectionId, leadAddress };
}

/**
 * True where the connection is still known and published.
 * @throws Unready where that cannot be learnt now: a second connection of the same offer would be made for nothing
 */
export async function isPublished(api: CredentialsApi, connectionId: string): Promise<boolean> {
  const path = `/api/connections/${connectionId}`;
  const answer = await ask(api, 'GET', path);
  if (answer.status === 404) return false;
  if (!answer.ok) throw await refused(answer, 'GET', path);
  return ((await answer.json()) as { state?: string }).state === 'published';
}

/** Waits until the gateway takes leads at the address: it says so to whoever looks at it. */
export async function untilAccepted(leadAddress: string, timeoutMs = 30_000): Promise<void> {
  const accepted = await until(
    async () => {
      const answer = await fetch(leadAddress, { signal: AbortSignal.timeout(5_000) });
      return answer.ok || undefined;
    },
    { timeoutMs, everyMs: 50 },
  );
  if (!accepted) {
    throw new Unready(
      `The gateway did not take up the published connection within ${timeoutMs / 1000} s; its log and that of the credentials service say why.`,
    );
  }
}

/** The lead address at another origin: it was made with the one that the gateway had on that day. */
export function onGateway(leadAddress: string, gatewayUrl: string): string {
  return `${gatewayUrl}${new URL(leadAddress).pathname}`;
}

/** A command line that posts a lead as the marketplace would. */
export function curlFor(leadAddress: string): string {
  const lead = {
    userDetails: {
      firstName: 'Ana',
      lastName: 'Trujillo',
      email: 'ana@adatum.example',
      phone: '+52 55 5555 3932',
      country: 'MX',
      company: 'Adatum',
      title: 'Owner',
    },
    leadSource: 'AzureMarketplace-INS|contoso.contoso-analytics',
    actionCode: 'INS',
    offerTitle: 'Contoso Analytics',
    description: '',
  };
  return `curl -i '${leadAddress}' -H 'content-type: application/json' -d '${JSON.stringify(lead)}'`;
}

async function call(api: CredentialsApi, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await ask(api, method, path, body);
  if (!answer.ok) throw await refused(answer, method, path);
  return answer.json();
}

async function refused(answer: Response, method: string, path: string): Promise<Unready> {
  return new Unready(
    `The credentials service answered ${method} ${path} with ${answer.status}: ${await answer.text()}`,
  );
}

function ask(api: CredentialsApi, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${api.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${api.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
}
