/** A published connection, made through the credentials service's own HTTP API as a publisher's console would. */
import { Unready } from './failure.ts';
import { until } from './narrator.ts';

export interface PublishedConnection {
  readonly connectionId: string;
  /** Where the marketplace posts this offer's leads; holds the address key, so it is a secret. */
  readonly leadAddress: string;
}

/** A connection as the credentials service takes it. */
export type ConnectionEntry = Record<string, unknown>;

/** The organisation that the emulators begin with. Its secret opens nothing outside them. */
export const contoso: ConnectionEntry = {
  publisher: { id: 'contoso', name: 'Contoso' },
  offer: { id: 'contoso-analytics', title: 'Contoso Analytics' },
  leadDestination: 'dynamics-365',
  url: 'https://contoso.crm4.dynamics.com',
  authentication: 'azure-active-directory',
  applicationId: '23456052-aaaa-4bbb-8662-1234df56788f',
  directoryId: '12345678-8af1-4a5f-8234-12234d01db47',
  clientSecret: 'emulated-client-secret-for-local-runs-only',
  contactEmails: 'sales@contoso.example;marketing@contoso.example',
};
export const contosoHost = 'contoso.crm4.dynamics.com';
/** The publisher of that connection, and the emulated directory whose people act for it. */
export const contosoPublisher = {
  id: 'contoso',
  name: 'Contoso',
  directoryId: '12345678-8af1-4a5f-8234-12234d01db47',
} as const;

/** Who signs in to the console in local runs, all with one password; the emulated directories know them. */
export const people = {
  owner: 'alex@contoso.onmicrosoft.com',
  reader: 'robin@contoso.onmicrosoft.com',
  newOwner: 'kim@fabrikam.onmicrosoft.com',
  stranger: 'dana@contoso.onmicrosoft.com',
  operator: 'sam@northwind.onmicrosoft.com',
  password: 'emulated-password-for-local-runs-only',
} as const;

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

/** True where the connection is still known and published. */
export async function isPublished(api: CredentialsApi, connectionId: string): Promise<boolean> {
  const answer = await ask(api, 'GET', `/api/connections/${connectionId}`);
  if (!answer.ok) return false;
  return ((await answer.json()) as { state?: string }).state === 'published';
}

/**
 * Waits until the gateway takes leads at the address. It asks with a body that is no JSON: an address that nobody has
 * answers 404, one that is known 400, and neither keeps anything.
 */
export async function untilAccepted(leadAddress: string, timeoutMs = 30_000): Promise<void> {
  const accepted = await until(
    async () => {
      const answer = await fetch(leadAddress, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{',
        signal: AbortSignal.timeout(5_000),
      });
      return answer.status === 400 || undefined;
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
  if (!answer.ok) {
    throw new Unready(
      `The credentials service answered ${method} ${path} with ${answer.status}: ${await answer.text()}`,
    );
  }
  return answer.json();
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
