/** Reads what the mail server said of each recipient, and decides who may still get the mail. */
import { cleanLine } from '@leads/contracts';
import { mailLine } from '../compose/mail-text.ts';
import { explanations, type Explained } from './explain-refusals.ts';
import { enhancedCodeOf, judgeAnswer, type ServerAnswer, type Stage, type Verdict } from './judge-answer.ts';

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
  /** Why the server would have taken no mail of ours to anybody: it is away, or refuses us. */
  trouble?: Explained;
}

/** What nodemailer tells of a failure, of one recipient's or of the whole mail's. */
export interface MailFailure {
  code?: string | undefined;
  /** What was being said, e.g. `RCPT TO`. */
  command?: string | undefined;
  message?: string | undefined;
  /** The server's whole reply, e.g. `550 5.1.1 no such user`. */
  response?: string | undefined;
  responseCode?: number | undefined;
  recipient?: string | undefined;
  rejectedErrors?: MailFailure[] | undefined;
}

/** The longest text that says what stood in the way, in UTF-16 units. */
const LONGEST_FAILURE = 2_000;

/**
 * Reads an attempt that reached at least one recipient.
 * @param recipients whom the mail went out to; all but the rejected ones have got it
 */
export function readDelivery(recipients: string[], rejected: MailFailure[]): DeliveryReport {
  const rejection = new Map(rejected.map((failure) => [failure.recipient?.toLowerCase(), failure]));
  // nodemailer may spell an address differently from us: what is recorded is our own spelling.
  const rejectionOf = (recipient: string): MailFailure | undefined => rejection.get(recipient.toLowerCase());
  const trouble = rejected.map(troubleOf).find((found) => found !== undefined);
  return {
    ...(trouble && { trouble }),
    delivered: recipients.filter((recipient) => !rejectionOf(recipient)),
    refused: recipients.flatMap((address) => {
      const failure = rejectionOf(address);
      return failure && isSurelyWrong(failure) ? [{ address, reason: mailLine(wordsOf(failure)) }] : [];
    }),
    failure: describe(rejected),
  };
}

/** Reads an attempt that reached nobody: the server was away, refused the mail, or refused every recipient. */
export function readFailure(recipients: string[], failure: MailFailure): DeliveryReport {
  const { rejectedErrors = [] } = failure;
  if (rejectedErrors.length === 0) {
    const trouble = troubleOf(failure);
    return { delivered: [], refused: [], failure: describe([failure]), ...(trouble && { trouble }) };
  }
  return { ...readDelivery(recipients, rejectedErrors), delivered: [] };
}

/** What stands in the way of every mail; `undefined` where it is about one, or a defect of ours (it has no code). */
function troubleOf(failure: MailFailure): Explained | undefined {
  const verdict = judge(failure);
  if (failure.code === undefined) return undefined;
  if (verdict.kind === 'ours') return { cause: verdict.cause, what: verdict.what, remedy: verdict.remedy };
  return verdict.kind === 'server' ? explanations.away : undefined;
}

/** An address is given up on a certain word alone; a bare "no" can be anything. */
function isSurelyWrong(failure: MailFailure): boolean {
  const verdict = judge(failure);
  return verdict.kind === 'address-wrong' && verdict.isCertain;
}

function judge(failure: MailFailure): Verdict {
  return judgeAnswer(answerOf(failure));
}

/** What was said, and where. nodemailer's codes and commands tell the stage. */
function answerOf(failure: MailFailure): ServerAnswer {
  const { response, responseCode: code, message = '' } = failure;
  const text = response ?? message;
  return { stage: stageOf(failure), code, enhanced: enhancedCodeOf(response ?? ''), text };
}

const TLS_FAILURE = /certificate|self.signed|altnames?|\bssl\b|\btls\b/i;

function stageOf({ code, command = '', message = '', response, recipient }: MailFailure): Stage {
  if (code === 'ETLS' || command === 'STARTTLS') return 'tls';
  if (code === 'EAUTH' || code === 'EOAUTH2' || command.startsWith('AUTH')) return 'auth';
  if (recipient !== undefined || command === 'RCPT TO') return 'rcpt';
  if (code === 'EMESSAGE' || command === 'DATA') return 'data';
  if (code === 'EENVELOPE') return 'mail-from';
  return response === undefined && TLS_FAILURE.test(message) ? 'tls' : 'connect';
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
