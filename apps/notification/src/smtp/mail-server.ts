/** The mail server, through nodemailer: a pool of connections, every wait limited, no files or addresses read. */
import { createTransport } from 'nodemailer';
import { type DeliveryReport, readDelivery } from './delivery-report.ts';
import type { ComposedMail } from '../compose/lay-out-mail.ts';
import type { Mailbox } from './mailbox.ts';

/** The most mails that are being sent at a time. */
export const MOST_AT_A_TIME = 5;

export const MAIL_SERVER = Symbol('mail server');

/** Whom a mail names, and who of them gets this copy. */
export interface Addressees {
  to: string[];
  recipients: string[];
}

export interface MailServer {
  /** @throws nodemailer's error where nobody got the mail */
  send: (mail: ComposedMail, addressees: Addressees) => Promise<DeliveryReport>;
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
 * @param plaintextAllowed whether a server that offers no TLS gets mails all the same: they hold what customers said of
 * themselves
 */
export function openMailServer(
  url: string,
  from: Mailbox,
  { plaintextAllowed }: { plaintextAllowed: boolean },
): MailServer {
  const transport = createTransport({
    url,
    pool: true,
    requireTLS: !plaintextAllowed,
    maxConnections: MOST_AT_A_TIME,
    // A connection that breaks in the middle is our own business: the row is tried again.
    maxRequeues: 0,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    dnsTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async (mail, addressees) => {
      const sent = await transport.sendMail(mailOptions(mail, from, addressees));
      return readDelivery(addressees.recipients, sent.rejectedErrors ?? []);
    },
    close: () => {
      transport.transporter.close?.({ force: true });
    },
  };
}

/**
 * A mail as nodemailer takes it. Contacts are colleagues, so each sees who else was told; the envelope names
 * only those who have not got the mail yet.
 */
export function mailOptions(mail: ComposedMail, from: Mailbox, { to, recipients }: Addressees): MailOptions {
  return {
    from,
    to: to.map((address) => ({ name: '', address })),
    envelope: { from: from.address, to: recipients },
    // The same each time the mail is sent, so that a repeat can be told.
    messageId: `<${mail.id}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`,
    headers: { [mail.idHeader]: mail.about ?? mail.id, 'Auto-Submitted': 'auto-generated' },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
  };
}

/** What of nodemailer's options a mail of ours uses. */
export interface MailOptions {
  from: Mailbox;
  to: Mailbox[];
  envelope: { from: string; to: string[] };
  messageId: string;
  headers: Record<string, string>;
  subject: string;
  text: string;
  html: string;
}
