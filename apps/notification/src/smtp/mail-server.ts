/** The mail server, through nodemailer: a pool of connections, every wait limited, no files or addresses read. */
import { createHash } from 'node:crypto';
import { createTransport, type XOAuth2Options } from 'nodemailer';
import { type Attempt, readFailure, TAKEN } from './read-attempt.ts';
import type { ComposedMail } from '@leads/messages';
import type { Mailbox } from './mailbox.ts';
import type { OAuthSignIn } from './sign-in.ts';

export const MAIL_SERVER = Symbol('mail server');

export interface MailServerOptions {
  /** Whether a server that offers no TLS gets mails all the same: they hold what customers said of themselves. */
  plaintextAllowed: boolean;
  /** The most that are open at a time. */
  connections: number;
  /** In place of the user and password of the address. */
  signIn?: OAuthSignIn | undefined;
  /** By which mails are signed; unset where the server does that. */
  dkim?: { domainName: string; keySelector: string; privateKey: string } | undefined;
  /** Where answers go; unset, to whom mails are from. */
  replyTo?: Mailbox | undefined;
}

export interface MailServer {
  /** How it went; whatever happens, it does not throw. */
  send: (mail: ComposedMail, recipient: string) => Promise<Attempt>;
  /** Fails what is under way. */
  close: () => void;
}

/**
 * The address of the server with the password that stands in a file beside it.
 * @throws where the address has one itself, or has no user
 */
export function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const address = new URL(url);
  if (address.username === '' || address.password !== '') {
    throw new Error('With SMTP_PASSWORD_FILE, SMTP_URL has to have a user and no password.');
  }
  address.password = encodeURIComponent(password);
  return address.href;
}

/**
 * Opens a pool to the server; connections are made when there is something to send.
 * @param from who its mails are from
 */
export function openMailServer(url: string, from: Mailbox, options: MailServerOptions): MailServer {
  const { plaintextAllowed, connections, signIn, dkim, replyTo } = options;
  const transport = createTransport({
    url,
    pool: true,
    requireTLS: !plaintextAllowed,
    maxConnections: connections,
    // A connection that breaks in the middle is our own business: the row is tried again.
    maxRequeues: 0,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    dnsTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(signIn && { auth: authOf(signIn) }),
    ...(dkim && { dkim }),
  });
  return {
    send: async (mail, recipient) => {
      try {
        await transport.sendMail(mailOptions(mail, from, recipient, replyTo));
        return TAKEN;
      } catch (error) {
        return readFailure(error as Error);
      }
    },
    close: () => {
      transport.transporter.close?.({ force: true });
    },
  };
}

/** nodemailer asks for a token with each connection, and for another where the server refuses it. */
function authOf(signIn: OAuthSignIn): XOAuth2 {
  if (signIn.kind === 'google') {
    const { user, serviceClient, privateKey } = signIn;
    return { type: 'OAuth2', user, serviceClient, privateKey };
  }
  return {
    type: 'OAuth2',
    user: signIn.user,
    provisionCallback: (_user, renew, done) => {
      signIn.askToken(renew).then(
        ({ accessToken, expiresAt }) => done(null, accessToken, expiresAt.getTime()),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  };
}

type XOAuth2 = { type: 'OAuth2' } & XOAuth2Options;

/** A mail as nodemailer takes it: to one recipient, who learns of no other. */
export function mailOptions(
  mail: ComposedMail,
  from: Mailbox,
  recipient: string,
  replyTo?: Mailbox,
): MailOptions {
  return {
    from,
    ...(replyTo && { replyTo }),
    to: { name: '', address: recipient },
    envelope: { from: from.address, to: recipient },
    // The same each time the mail is sent, so that a repeat can be told, and each recipient's own.
    messageId: `<${mail.id}.${inShort(recipient)}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`,
    headers: { [mail.idHeader]: mail.about ?? mail.id, 'Auto-Submitted': 'auto-generated' },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    attachments: mail.attachments.map((picture) => ({ ...picture, contentDisposition: 'inline' as const })),
  };
}

function inShort(recipient: string): string {
  return createHash('sha256').update(recipient.toLowerCase()).digest('hex').slice(0, 12);
}

/** What of nodemailer's options a mail of ours uses. */
export interface MailOptions {
  from: Mailbox;
  to: Mailbox;
  replyTo?: Mailbox;
  envelope: { from: string; to: string };
  messageId: string;
  headers: Record<string, string>;
  subject: string;
  text: string;
  html: string;
  attachments: (ComposedMail['attachments'][number] & { contentDisposition: 'inline' })[];
}
