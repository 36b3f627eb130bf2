/**
 * What an answer of a mail server means, judged once; pure. The rows are read from the top, and the first that matches
 * decides: what is said of us before what is said of a recipient, for it is said at RCPT too.
 *
 * Codes: RFC 5321 (replies), RFC 3463 and the IANA registry (enhanced ones); their use by Exchange Online, Gmail,
 * Postfix, Exim and Amazon SES as these document it or are seen to answer.
 */
import { type Explained, explanations } from './explain-refusals.ts';

/** Where in the conversation it was said. */
export type Stage = 'connect' | 'tls' | 'auth' | 'mail-from' | 'rcpt' | 'data';

export interface ServerAnswer {
  stage: Stage;
  /** The reply's three digits; absent where the server said nothing: it is away, or hung up. */
  code?: number | undefined;
  /** The enhanced code, e.g. `5.1.1`. */
  enhanced?: string | undefined;
  text: string;
}

/** By what must happen next. */
export type Verdict =
  | { kind: 'accepted' }
  /** There is no such mailbox. `isCertain`: its code says so, and not the text of one that may mean anything. */
  | { kind: 'address-wrong'; isCertain: boolean }
  /** The mailbox is full, or this recipient is to be tried later: greylisting, a rate of its own. */
  | { kind: 'recipient-later' }
  /** The server takes fewer mails or connections from us than we bring. */
  | { kind: 'slow-down' }
  /** It does not take this mail as it is: too large, or what is in it. */
  | { kind: 'message-refused' }
  /** Nothing of ours is taken until a person mends something on our side: who we are, how we sign in, our rights. */
  | ({ kind: 'ours' } & Explained)
  /** The server is away, or does not do what it should. */
  | { kind: 'server' };

interface Row {
  stages?: readonly Stage[];
  /** First digit of the code. */
  class?: 4 | 5;
  codes?: readonly number[];
  enhanced?: RegExp;
  text?: RegExp;
  verdict: Verdict;
}

const RECIPIENT: readonly Stage[] = ['rcpt', 'data'];
const IN_CONVERSATION: readonly Stage[] = ['mail-from', 'rcpt', 'data'];

/** What texts of replies speak of, where no code tells. */
const speaks = {
  ofLater:
    /\b(?:again|later|temporar\w*|gr[ea]y-?list\w*|too (?:many|much|quickly)|rates?|throttl\w*|busy|quota)\b/i,
  ofPace:
    /throttling failure|maximum sending rate|(?:limit|quota|rate) exceeded|too (?:many|much) (?:connections|mails?|messages|concurrent)|concurrent connections/i,
  ofSender:
    /sender (?:address|verify|verification|denied|rejected)|send ?as ?denied|send as this sender|not verified|bad outbound sender|not authori[sz]ed to|not owned by|\b(?:spf|dkim|dmarc)\b|unauthenticated/i,
  ofRelaying: /\brelay(?:ing)?\b/i,
  ofUs: /client host|\bip address|block(?:ed|list)|black ?list|banned|spam|reputation|prohibit|polic(?:y|ies)|authenticat|helo|unsolicited/i,
  ofMailbox: /\b(?:user|mailbox|recipient|account|address)\b/i,
  ofBasic: /basic authentication is (?:disabled|not supported)|smtpclientauthentication is disabled/i,
  ofTls: /starttls|\btls\b|encrypt/i,
  ofOurName: /cannot find your|reverse|\bptr\b|\bspf\b|\bdkim\b/i,
};

const address = (isCertain: boolean): Verdict => ({ kind: 'address-wrong', isCertain });
const ours = (cause: keyof typeof explanations): Verdict => ({ kind: 'ours', ...explanations[cause] });
const SERVER: Verdict = { kind: 'server' };
const SLOW_DOWN: Verdict = { kind: 'slow-down' };
const RECIPIENT_LATER: Verdict = { kind: 'recipient-later' };
const MESSAGE_REFUSED: Verdict = { kind: 'message-refused' };

/** In the order in which they are tried. */
const ROWS: readonly Row[] = [
  // How we sign in.
  { enhanced: /^5\.7\.(139|30)$/, verdict: ours('basicOff') },
  { class: 5, text: speaks.ofBasic, verdict: ours('basicOff') },
  { stages: ['auth'], class: 4, text: speaks.ofPace, verdict: SLOW_DOWN },
  { stages: ['auth', 'tls'], class: 4, verdict: SERVER },
  { stages: ['auth'], verdict: ours('signIn') },
  { stages: ['tls'], verdict: ours('tls') },
  { codes: [530], text: speaks.ofTls, verdict: ours('tls') },
  { codes: [530, 534, 535, 538], verdict: ours('signIn') },

  // How much it takes of us.
  { enhanced: /^4\.3\.2$|^4\.7\.(28|500|501)$|^5\.1\.90$|^[45]\.4\.5$/, verdict: SLOW_DOWN },
  { text: speaks.ofPace, verdict: SLOW_DOWN },
  { codes: [421], verdict: SERVER },
  { class: 4, enhanced: /^4\.3\./, verdict: SERVER },

  // Who we are: said at RCPT too, in words before codes that would else be the recipient's.
  { class: 5, text: /sender address rejected|sender verify/i, verdict: ours('sender') },
  { enhanced: /^[45]\.1\.(7|8|20|21)$|^5\.7\.(2\d|60)$|^5\.2\.25[12]$/, verdict: ours('sender') },

  // The mailbox, where a code leaves no doubt.
  { stages: RECIPIENT, class: 5, enhanced: /^5\.1\.(1|2|3|4|6|10)$/, verdict: address(true) },
  { stages: ['rcpt'], class: 5, enhanced: /^5\.4\.(1|310)$/, verdict: address(true) },
  { stages: RECIPIENT, enhanced: /^[45]\.2\.2$/, verdict: RECIPIENT_LATER },
  { stages: RECIPIENT, enhanced: /^[45]\.2\.1$/, text: speaks.ofLater, verdict: RECIPIENT_LATER },
  { stages: ['rcpt'], codes: [552], verdict: RECIPIENT_LATER },

  // This mail as it is.
  { stages: IN_CONVERSATION, enhanced: /^5\.3\.4$|^5\.6\.\d+$/, verdict: MESSAGE_REFUSED },
  { stages: ['mail-from', 'data'], codes: [552], verdict: MESSAGE_REFUSED },

  // What we may.
  { stages: RECIPIENT, enhanced: /^5\.7\.(12|13|124|133|136)$/, verdict: ours('closedGroup') },
  { class: 5, text: speaks.ofRelaying, verdict: ours('relay') },
  { stages: IN_CONVERSATION, class: 5, text: speaks.ofSender, verdict: ours('sender') },
  { stages: ['mail-from'], class: 5, verdict: ours('sender') },
  { class: 5, enhanced: /^5\.7\./, verdict: ours('policy') },
  { class: 4, enhanced: /^4\.7\./, text: speaks.ofOurName, verdict: ours('policy') },

  // A recipient, for now.
  { stages: RECIPIENT, class: 4, verdict: RECIPIENT_LATER },

  // A "no" without a code that tells can be anything: what it speaks of decides, "later" and us first.
  { stages: RECIPIENT, class: 5, text: speaks.ofLater, verdict: RECIPIENT_LATER },
  { stages: [...RECIPIENT, 'connect'], class: 5, text: speaks.ofUs, verdict: ours('policy') },
  { stages: ['rcpt'], codes: [501, 550, 551, 553, 555], verdict: address(false) },
  { stages: RECIPIENT, class: 5, text: speaks.ofMailbox, verdict: address(false) },
  { stages: ['data'], class: 5, verdict: MESSAGE_REFUSED },
];

/** What an answer means. */
export function judgeAnswer(answer: ServerAnswer): Verdict {
  if (answer.stage === 'data' && classOf(answer) === 2) return { kind: 'accepted' };
  return ROWS.find((row) => isMet(row, answer))?.verdict ?? SERVER;
}

/** The enhanced code at the beginning of a reply (RFC 2034), e.g. of `550-5.1.1 no such user`. */
export function enhancedCodeOf(reply: string): string | undefined {
  return /^\s*\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1];
}

const classOf = ({ code }: ServerAnswer): number | undefined =>
  code === undefined ? undefined : Math.floor(code / 100);

function isMet(row: Row, answer: ServerAnswer): boolean {
  const { stage, code, enhanced, text } = answer;
  return (
    (row.stages?.includes(stage) ?? true) &&
    (row.class === undefined || row.class === classOf(answer)) &&
    (row.codes === undefined || (code !== undefined && row.codes.includes(code))) &&
    (row.enhanced === undefined || (enhanced !== undefined && row.enhanced.test(enhanced))) &&
    (row.text?.test(text) ?? true)
  );
}
