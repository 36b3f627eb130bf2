/** Access tokens by which notification signs in to the mail server (XOAUTH2), of Microsoft Entra ID. */
import { ConfidentialClientApplication, type INetworkModule } from '@azure/msal-node';
import type { Outbound, OutboundRequest } from '@leads/service';

/** What Exchange Online has a mail program ask for. */
export const EXCHANGE_SCOPE = 'https://outlook.office365.com/.default';

/** The application that signs in. */
export interface MailApplication {
  clientId: string;
  directoryId: string;
  clientSecret: string;
  scope: string;
}

/** @param renew a token that was good until just now was refused: not that one */
export type AskToken = (renew: boolean) => Promise<{ accessToken: string; expiresAt: Date }>;

const SIGN_IN = 'https://login.microsoftonline.com';

/** Asks by client credentials; MSAL keeps the token until shortly before its end, for all connections of the pool. */
export function entraTokens(
  { clientId, directoryId, clientSecret, scope }: MailApplication,
  outbound: Pick<Outbound, 'send'>,
): AskToken {
  const application = new ConfidentialClientApplication({
    auth: { clientId, clientSecret, authority: `${SIGN_IN}/${directoryId}` },
    system: { networkClient: networkThrough(outbound), disableInternalRetries: true },
  });
  return async (renew) => {
    const result = await application.acquireTokenByClientCredential({ scopes: [scope], skipCache: renew });
    if (!result?.expiresOn) throw new Error('Entra ID gave no token.');
    return { accessToken: result.accessToken, expiresAt: result.expiresOn };
  };
}

function networkThrough(outbound: Pick<Outbound, 'send'>): INetworkModule {
  const exchange = async <T>(request: OutboundRequest) => {
    const { status, headers, body } = await outbound.send(request);
    return { status, headers, body: JSON.parse(body) as T };
  };
  return {
    sendGetRequestAsync: (url, options) => exchange({ url, method: 'GET', headers: options?.headers ?? {} }),
    sendPostRequestAsync: (url, options) =>
      exchange({
        ...{ url, method: 'POST', headers: options?.headers ?? {} },
        ...(options?.body !== undefined && { body: options.body }),
      }),
  };
}
