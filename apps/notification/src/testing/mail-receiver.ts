/** A mail server for tests: keeps what it takes, and refuses what it is told to. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  /** The addresses of the envelope. */
  recipients: string[];
  /** Lower-case names; a folded header is one line. */
  headers: Record<string, string>;
}

export class MailReceiver {
  readonly mails: ReceivedMail[] = [];
  /** Each as it came, whole. */
  readonly sources: string[] = [];
  /** What it says to a recipient, e.g. `550 5.1.1 no such user`; `undefined` where it takes them. */
  replyTo: (recipient: string) => string | undefined = () => undefined;
  /** Called when a mail has come whole, before it is acknowledged. */
  beforeAcknowledging: () => Promise<void> = () => Promise.resolve();
  private readonly server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onRcptTo: ({ address }, _session, done) => {
      const reply = this.replyTo(address);
      if (reply === undefined) return done();
      done(Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) }));
    },
    onData: (stream, session, done) => {
      const recipients = session.envelope.rcptTo.map(({ address }) => address);
      this.take(stream, recipients).then(() => done(), done);
    },
  });

  /** @returns its port on 127.0.0.1 */
  async listen(): Promise<number> {
    // A client that is killed breaks its connection: part of what is tested.
    this.server.on('error', () => undefined);
    const listening = this.server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return (listening.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(resolve));
  }

  /** What came about one lead. */
  about(leadId: string): ReceivedMail[] {
    return this.mails.filter(({ headers }) => headers['x-lead-id'] === leadId);
  }

  private async take(stream: AsyncIterable<Buffer>, recipients: string[]): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const source = Buffer.concat(chunks).toString();
    const [head = ''] = source.split('\r\n\r\n');
    const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
    const headers = lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    });
    this.mails.push({ recipients, headers: Object.fromEntries(headers) });
    this.sources.push(source);
    await this.beforeAcknowledging();
  }
}
