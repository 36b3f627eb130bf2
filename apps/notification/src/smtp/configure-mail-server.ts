/** The mail server as the settings name it. */
import { Outbound, proxyOf } from '@leads/service';
import type { Settings } from '../config.ts';
import { type MailServer, type MailServerOptions, openMailServer, withPassword } from './mail-server.ts';
import { readOAuthSignIn } from './sign-in.ts';

/** @throws where settings do not go together */
export function mailServerOf(settings: Settings): MailServer {
  const { SMTP_URL: url, SMTP_PASSWORD_FILE: password, MAIL_FROM: from, NODE_ENV } = settings;
  const outbound = new Outbound({
    ...{ resolver: settings.MICROSOFT_RESOLVER, proxy: proxyOf(settings) },
    ...{ connections: 2, timeoutMs: 10_000, maxBodyBytes: 256 * 1024 },
  });
  return openMailServer(withPassword(url, password), from, {
    plaintextAllowed: settings.SMTP_PLAINTEXT_ALLOWED ?? NODE_ENV !== 'production',
    connections: settings.SMTP_CONNECTIONS,
    signIn: readOAuthSignIn(settings, outbound),
    dkim: dkimOf(settings),
    replyTo: settings.MAIL_REPLY_TO,
  });
}

function dkimOf({
  DKIM_KEY_FILE,
  DKIM_SELECTOR,
  DKIM_DOMAIN,
  MAIL_FROM,
}: Settings): MailServerOptions['dkim'] {
  if (DKIM_KEY_FILE === undefined) return undefined;
  if (DKIM_SELECTOR === undefined)
    throw new Error('With DKIM_KEY_FILE, DKIM_SELECTOR has to name the key in DNS.');
  const { address } = MAIL_FROM;
  const domainName = DKIM_DOMAIN ?? address.slice(address.lastIndexOf('@') + 1);
  return { domainName, keySelector: DKIM_SELECTOR, privateKey: DKIM_KEY_FILE };
}
