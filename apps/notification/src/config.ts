/** The settings of notification; `.env.example` describes each. */
import { brandSettings } from '@leads/messages';
import { DAY_MS } from '@leads/pacing';
import { fileContent, serviceSettings, type SettingsOf } from '@leads/service';
import { z } from 'zod';
import { readMailbox } from './smtp/mailbox.ts';

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
  MAIL_FROM: z.string().transform((text, context) => {
    const mailbox = readMailbox(text);
    if (mailbox) return mailbox;
    context.addIssue({
      code: 'custom',
      message: 'write it as leads@example.com or Leads <leads@example.com>',
    });
    return z.NEVER;
  }),
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
