/** Reads how an attempt to send a mail to its one recipient ended. */
import { cleanLine } from '@leads/contracts';
import { enhancedCodeOf, judgeAnswer, type ServerAnswer, type Stage, type Verdict } from './judge-answer.ts';

/** How one attempt ended. */
export interface Attempt {
  verdict: Verdict;
  /** What the server said, or what stood in the way, for people to read; `null` where it took the mail. */
  said: string | null;
}

/** What nodemailer tells of a failure. */
export interface MailFailure {
  code?: string | undefined;
  /** What was being said, e.g. `RCPT TO`. */
  command?: string | undefined;
  message?: string | undefined;
  /** The server's whole reply, e.g. `550 5.1.1 no such user`. */
  response?: string | undefined;
  responseCode?: number | undefined;
  rejectedErrors?: MailFailure[] | undefined;
}

/** The longest text that says what stood in the way, in UTF-16 units. */
const LONGEST_SAID = 2_000;

/** The server took the mail. */
export const TAKEN: Attempt = { verdict: { kind: 'accepted' }, said: null };

/** Reads what nodemailer threw. What has no code is a defect of ours, and the mail's own. */
export function readFailure(failure: MailFailure): Attempt {
  const [rejection] = failure.rejectedErrors ?? [];
  const told = rejection ? { ...rejection, command: 'RCPT TO' } : failure;
  const { response, code, message } = told;
  const said = cleanLine(response ?? [code, message].filter(Boolean).join(': '), LONGEST_SAID);
  // nodemailer itself takes no such address: one of letters that this server does not know, for example.
  const isOurDefect =
    response === undefined && (code === undefined || (told.command === 'API' && code === 'EENVELOPE'));
  return { verdict: isOurDefect ? { kind: 'message-refused' } : judgeAnswer(answerOf(told)), said };
}

/** What was said, and where. nodemailer's codes and commands tell the stage. */
function answerOf(failure: MailFailure): ServerAnswer {
  const { response, responseCode: code, message = '' } = failure;
  return {
    ...{ stage: stageOf(failure), code, enhanced: enhancedCodeOf(response ?? '') },
    text: response ?? message,
  };
}

const TLS_FAILURE = /certificate|self.signed|altnames?|\bssl\b|\btls\b/i;

function stageOf({ code, command = '', message = '', response }: MailFailure): Stage {
  if (code === 'ETLS' || command === 'STARTTLS') return 'tls';
  if (code === 'EAUTH' || code === 'EOAUTH2' || command.startsWith('AUTH')) return 'auth';
  if (command === 'RCPT TO') return 'rcpt';
  if (code === 'EMESSAGE' || command === 'DATA') return 'data';
  if (code === 'EENVELOPE') return 'mail-from';
  return response === undefined && TLS_FAILURE.test(message) ? 'tls' : 'connect';
}
