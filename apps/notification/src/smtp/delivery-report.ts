/** Reads what the mail server said of each recipient, and decides who may still get the mail. */
import { cleanLine } from '@leads/contracts';
import { mailLine } from '../compose/mail-text.ts';

/** An address that the server will never take, and what it said of it. */
interface Refusal {
  address: string;
  reason: string;
}

/** What one attempt achieved. Whoever is in neither list is tried again. */
export interface DeliveryReport {
  delivered: string[];
  refused: Refusal[];
  /** What stood in the way, for an operator to read; `null` where nothing did. */
  failure: string | null;
  /** Whether it is the server that would have taken no mail of ours to anybody: it is away, or refuses us. */
  isServers?: true;
}

/** What nodemailer tells of a failure, of one recipient's or of the whole mail's. */
export interface MailFailure {
  code?: string | undefined;
  message?: string | undefined;
  /** The server's whole reply, e.g. `550 5.1.1 no such user`. */
  response?: string | undefined;
  responseCode?: number | undefined;
  recipient?: string | undefined;
  rejectedErrors?: MailFailure[] | undefined;
}

/** The longest text that says what stood in the way, in UTF-16 units. */
const LONGEST_FAILURE = 2_000;

/** Replies to RCPT that speak of the mailbox itself (RFC 5321, 4.2.3). */
const MAILBOX_REPLIES = new Set([550, 551, 553]);

/**
 * Reads an attempt that reached at least one recipient.
 * @param recipients whom the mail went out to; all but the rejected ones have got it
 */
export function readDelivery(recipients: string[], rejected: MailFailure[]): DeliveryReport {
  const rejection = new Map(rejected.map((failure) => [failure.recipient?.toLowerCase(), failure]));
  // nodemailer may spell an address differently from us: what is recorded is our own spelling.
  const rejectionOf = (recipient: string): MailFailure | undefined => rejection.get(recipient.toLowerCase());
  return {
    delivered: recipients.filter((recipient) => !rejectionOf(recipient)),
    refused: recipients.flatMap((address) => {
      const failure = rejectionOf(address);
      return failure && isForGood(failure) ? [{ address, reason: mailLine(wordsOf(failure)) }] : [];
    }),
    failure: describe(rejected),
  };
}

/** Reads an attempt that reached nobody: the server was away, refused the mail, or refused every recipient. */
export function readFailure(recipients: string[], failure: MailFailure): DeliveryReport {
  const { rejectedErrors = [] } = failure;
  if (rejectedErrors.length === 0) {
    const report = { delivered: [], refused: [], failure: describe([failure]) };
    // What has no code is a defect of ours; a message may be refused for what is in it.
    return failure.code === undefined || failure.code === 'EMESSAGE'
      ? report
      : { ...report, isServers: true };
  }
  return { ...readDelivery(recipients, rejectedErrors), delivered: [] };
}

/**
 * Whether a recipient is refused for good. The enhanced status code decides where there is one: 5.1.x is a bad
 * address, 5.2.1 a disabled mailbox (RFC 3463); 5.7.x and the like speak of our rights, which people can mend.
 */
function isForGood({ responseCode, response }: MailFailure): boolean {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
  if (enhanced !== undefined) return enhanced.startsWith('5.1.') || enhanced === '5.2.1';
  return responseCode !== undefined && MAILBOX_REPLIES.has(responseCode);
}

function describe(failures: MailFailure[]): string | null {
  if (failures.length === 0) return null;
  const sentences = failures.map((failure) => {
    const what = wordsOf(failure);
    return failure.recipient === undefined ? what : `${failure.recipient}: ${what}`;
  });
  return cleanLine(sentences.join('; '), LONGEST_FAILURE);
}

function wordsOf({ response, code, message }: MailFailure): string {
  return cleanLine(response ?? [code, message].filter(Boolean).join(': '));
}
