/** An SMTP server that takes every mail and keeps it; nothing is sent on. */
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { newGuid } from '../ids.ts';
import type { Mail, Mailbox } from './mailbox.ts';

const MAX_MAIL_BYTES = 25 * 1024 * 1024;

/**
 * The caller listens and closes. `clock` stamps arrivals.
 * @param tls PEM texts: mails are then taken after STARTTLS alone, as RFC 3207 has it
 */
export function createSmtpInbox(
  mailbox: Mailbox,
  clock: () => number,
  tls?: { readonly cert: string; readonly key: string },
): SMTPServer {
  const sockets = new Map<string, Socket>();
  const server = new SMTPServer({
    authOptional: true,
    ...(tls ?? { disabledCommands: ['STARTTLS'] }),
    allowInsecureAuth: !tls,
    size: MAX_MAIL_BYTES,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: (_auth, _session, done) => done(null, { user: 'anyone' }),
    onConnect: (session, done) => {
      const socket = openSockets.find((open) => open.remotePort === session.remotePort);
      if (socket) sockets.set(session.id, socket);
      done(
        mailbox.behaviour.rules.away
          ? refusal(421, 'Service not available, closing transmission channel')
          : null,
      );
    },
    onClose: (session) => {
      sockets.delete(session.id);
    },
    onMailFrom: (_sender, session, done) => {
      done(tls && !session.secure ? refusal(530, 'Must issue a STARTTLS command first') : null);
    },
    onRcptTo: (recipient, _session, done) => {
      const refused = mailbox.behaviour.refusalOf(recipient.address);
      done(refused ? refusal(refused.code, refused.text) : null);
    },
    onData: (stream, session, done) => {
      const recipients = session.envelope.rcptTo.map((recipient) => recipient.address);
      const take = async (): Promise<void> => {
        const parsed = await simpleParser(stream);
        if (stream.sizeExceeded) throw refusal(552, 'Message exceeds fixed maximum message size');
        mailbox.add(mailOf(parsed, recipients, clock()));
        const { delayMs, cutAfterTaking } = mailbox.behaviour.rules;
        if (delayMs > 0) await wait(delayMs, undefined, { ref: false });
        if (cutAfterTaking) sockets.get(session.id)?.destroy();
      };
      take().then(
        () => done(),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  const openSockets: Socket[] = [];
  server.server.on('connection', (socket: Socket) => {
    openSockets.push(socket);
    socket.on('close', () => openSockets.splice(openSockets.indexOf(socket), 1));
  });
  // A client that hangs up in the middle is its own problem.
  server.on('error', () => undefined);
  return server;
}

const refusal = (responseCode: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode });

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
