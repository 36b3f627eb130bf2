// An SMTP server that takes every mail and keeps it; nothing is sent on.
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { newGuid } from '../world/ids.ts';
import type { Mail, Mailbox } from './mailbox.ts';

const MAX_MAIL_BYTES = 25 * 1024 * 1024;

/** The caller listens and closes. `clock` stamps arrivals. */
export function createSmtpInbox(mailbox: Mailbox, clock: () => number): SMTPServer {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    size: MAX_MAIL_BYTES,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: (_auth, _session, done) => done(null, { user: 'anyone' }),
    onData: (stream, session, done) => {
      const recipients = session.envelope.rcptTo.map((recipient) => recipient.address);
      simpleParser(stream).then(
        (parsed) => {
          if (stream.sizeExceeded) {
            done(
              Object.assign(new Error('Message exceeds fixed maximum message size'), { responseCode: 552 }),
            );
            return;
          }
          mailbox.add(mailOf(parsed, recipients, clock()));
          done();
        },
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  // A client that hangs up in the middle is its own problem.
  server.on('error', () => undefined);
  return server;
}

function mailOf(parsed: ParsedMail, recipients: readonly string[], receivedAt: number): Mail {
  const headers: Record<string, string> = {};
  for (const { key, line } of parsed.headerLines)
    headers[key] = line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n\s+/g, ' ')
      .trim();
  return {
    id: newGuid(),
    messageId: parsed.messageId ?? '',
    receivedAt: new Date(receivedAt).toISOString(),
    from: parsed.from?.text ?? '',
    to: recipients,
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    html: parsed.html || '',
    headers,
  };
}
