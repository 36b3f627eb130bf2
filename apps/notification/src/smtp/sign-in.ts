/** How notification signs in to the mail server by OAuth 2.0, as its settings say. */
import type { Outbound } from '@leads/service';
import { z } from 'zod';
import type { Settings } from '../config.ts';
import { type AskToken, entraTokens, EXCHANGE_SCOPE } from './access-tokens.ts';

/** What nodemailer signs in with; absent, with user and password of the address. */
export type OAuthSignIn =
  | { kind: 'microsoft'; user: string; askToken: AskToken }
  | { kind: 'google'; user: string; serviceClient: string; privateKey: string };

/** The file that Google gives for a service account, as far as it is read. */
const ServiceAccount = z.object({ client_email: z.string().min(1), private_key: z.string().min(1) });

type OAuthSettings = Pick<
  Settings,
  | 'SMTP_URL'
  | 'SMTP_OAUTH'
  | 'SMTP_OAUTH_CLIENT_ID'
  | 'SMTP_OAUTH_DIRECTORY_ID'
  | 'SMTP_OAUTH_SECRET_FILE'
  | 'SMTP_OAUTH_SCOPE'
>;

/**
 * Reads them.
 * @throws where something of it is missing; no secret is in what it says
 */
export function readOAuthSignIn(
  settings: OAuthSettings,
  outbound: Pick<Outbound, 'send'>,
): OAuthSignIn | undefined {
  if (settings.SMTP_OAUTH === undefined) return undefined;
  const address = new URL(settings.SMTP_URL);
  const user = decodeURIComponent(address.username);
  const secret = settings.SMTP_OAUTH_SECRET_FILE;
  if (user === '' || address.password !== '' || secret === undefined) {
    throw new Error(
      'With SMTP_OAUTH, SMTP_URL has to have the mailbox as its user and no password, and SMTP_OAUTH_SECRET_FILE the secret.',
    );
  }
  if (settings.SMTP_OAUTH === 'google') {
    const account = ServiceAccount.safeParse(parsed(secret));
    if (!account.success) {
      throw new Error(
        'With SMTP_OAUTH=google, SMTP_OAUTH_SECRET_FILE has to be the JSON key of a service account.',
      );
    }
    const { client_email: serviceClient, private_key: privateKey } = account.data;
    return { kind: 'google', user, serviceClient, privateKey };
  }
  const { SMTP_OAUTH_CLIENT_ID: clientId, SMTP_OAUTH_DIRECTORY_ID: directoryId } = settings;
  if (clientId === undefined || directoryId === undefined) {
    throw new Error('SMTP_OAUTH=microsoft needs SMTP_OAUTH_CLIENT_ID and SMTP_OAUTH_DIRECTORY_ID.');
  }
  const scope = settings.SMTP_OAUTH_SCOPE ?? EXCHANGE_SCOPE;
  return {
    ...{ kind: 'microsoft', user },
    askToken: entraTokens({ clientId, directoryId, clientSecret: secret, scope }, outbound),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
