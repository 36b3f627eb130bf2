/** The mails that arrived, newest last, bounded in number and size. */
import { MailBehaviour } from './mail-rules.ts';

export interface Mail {
  readonly id: string;
  readonly messageId: string;
  readonly receivedAt: string;
  readonly from: string;
  /** Envelope recipients: who would really have got it. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

interface MailQuery {
  readonly to?: string | undefined;
  readonly from?: string | undefined;
  readonly subject?: string | undefined;
  readonly text?: string | undefined;
  /** Exact values of headers, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
}

const MAX_MAILS = 50_000;
const MAX_CHARACTERS = 256 * 1024 * 1024;

const sizeOf = (mail: Mail): number => mail.text.length + mail.html.length;

export class Mailbox {
  private readonly mails = new Map<string, Mail>();
  private readonly record: (line: string) => void;
  /** How the SMTP server treats what comes. */
  readonly behaviour = new MailBehaviour();
  private characters = 0;

  constructor(record: (line: string) => void) {
    this.record = record;
  }

  get size(): number {
    return this.mails.size;
  }

  add(mail: Mail): void {
    this.mails.set(mail.id, mail);
    this.characters += sizeOf(mail);
    while (this.mails.size > MAX_MAILS || this.characters > MAX_CHARACTERS) {
      const oldest = this.mails.values().next().value as Mail;
      this.characters -= sizeOf(oldest);
      this.mails.delete(oldest.id);
    }
    this.record(JSON.stringify({ k: 'mail', mail }));
  }

  get(id: string): Mail | undefined {
    return this.mails.get(id);
  }

  clear(): void {
    this.mails.clear();
    this.characters = 0;
    this.record(JSON.stringify({ k: 'mails-gone' }));
  }

  /** Oldest first; text conditions are "contains", regardless of case. */
  find(query: MailQuery): Mail[] {
    const contains = (value: string, wanted: string | undefined): boolean =>
      wanted === undefined || value.toLowerCase().includes(wanted.toLowerCase());
    return [...this.mails.values()].filter(
      (mail) =>
        (query.to === undefined || mail.to.some((address) => contains(address, query.to))) &&
        contains(mail.from, query.from) &&
        contains(mail.subject, query.subject) &&
        contains(mail.text, query.text) &&
        Object.entries(query.headers ?? {}).every(([name, value]) => mail.headers[name] === value),
    );
  }
}
