/** The settings of notification; `.env.example` describes each. */
import { brandSettings } from '@leads/messages';
import { DAY_MS } from '@leads/pacing';
import { fileContent, proxySettings, serviceSettings, type SettingsOf } from '@leads/service';
import { z } from 'zod';
import { readMailbox } from './smtp/mailbox.ts';

const mailbox = z.string().transform((text, context) => {
  const read = readMailbox(text);
  if (read) return read;
  context.addIssue({
    code: 'custom',
    message: 'write it as leads@example.com or Leads <leads@example.com>',
  });
  return z.NEVER;
});

export const settings = {
  ...serviceSettings,
  ...brandSettings,
  /** The mail server: `smtp://` or `smtps://`, with user and password where it asks for them. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }),
  /** The file with the password of the user in SMTP_URL, which has none itself then. */
  SMTP_PASSWORD_FILE: fileContent.optional(),
  /** Whether mails go to a server that offers no TLS; unset, in local runs alone. */
  SMTP_PLAINTEXT_ALLOWED: z.stringbool().optional(),
  /** The most mails that this process brings to the server at a time, each on a connection of its own. */
  SMTP_CONNECTIONS: z.coerce.number().int().min(1).max(50).default(5),
  /** The most mails that this process brings to it within a minute; no limit where unset. */
  SMTP_MAILS_PER_MINUTE: z.coerce.number().int().positive().optional(),
  /** Who the mails are from: an address, or a name with the address in angle brackets. */
  MAIL_FROM: mailbox,
  /** Where answers to mails go; unset, to MAIL_FROM. */
  MAIL_REPLY_TO: mailbox.optional(),
  /** How to sign in by OAuth 2.0 in place of a password: by Microsoft Entra ID, or as a service account of Google. */
  SMTP_OAUTH: z.enum(['microsoft', 'google']).optional(),
  /** Of the application in Entra ID. */
  SMTP_OAUTH_CLIENT_ID: z.string().min(1).optional(),
  SMTP_OAUTH_DIRECTORY_ID: z.string().min(1).optional(),
  /** What it asks for; unset, Exchange Online. */
  SMTP_OAUTH_SCOPE: z.string().min(1).optional(),
  /** The file with the application's client secret, or with the service account's JSON key. */
  SMTP_OAUTH_SECRET_FILE: fileContent.optional(),
  /** Where requests to Microsoft really go; for local runs alone. */
  MICROSOFT_RESOLVER: z.url({ protocol: /^https?$/ }).optional(),
  ...proxySettings,
  /** By which key mails are signed (DKIM), where the server does not: the file with it, its selector and domain. */
  DKIM_KEY_FILE: fileContent.optional(),
  DKIM_SELECTOR: z.string().min(1).optional(),
  /** Unset, that of MAIL_FROM. */
  DKIM_DOMAIN: z.string().min(1).optional(),
  /** Where links to records lead, followed by the organisation's host; unset, they lead to the organisation. */
  DYNAMICS_LINK_BASE: z.url({ protocol: /^https?$/ }).optional(),
  /** Where the console is: for links in mails about incidents, and to the page where contacts confirm. */
  PORTAL_PUBLIC_URL: z.url({ protocol: /^https?$/ }),
  /** For how many days mails wait for a contact to confirm. */
  CONTACT_MAILS_HELD_DAYS: z.coerce.number().int().min(1).max(30).default(14),
  /** How many contacts of one publisher are asked to confirm within an hour. */
  CONTACT_REQUESTS_PER_HOUR: z.coerce.number().int().positive().default(20),
};

export type Settings = SettingsOf<typeof settings>;

/** For how long mails wait for a contact to confirm, in milliseconds. */
export function heldMsOf({
  CONTACT_MAILS_HELD_DAYS: days,
}: Pick<Settings, 'CONTACT_MAILS_HELD_DAYS'>): number {
  return days * DAY_MS;
}
