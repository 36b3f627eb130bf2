/** What an answer of Entra ID that was no token means: what it is about, what to do, and when asking again may help. */
import type { SecretKind } from '@leads/contracts/connection-details';
import { MINUTE_MS, SECOND_MS } from '@leads/pacing';
import { KINDS, type RefusalKind, rowOf, type Words } from './entra-numbers.ts';

/** Why there is no token, by one answer alone. */
export interface TokenRefusal extends Words {
  /** A stable word: `AADSTS` and a number, or one of our own such as `unreachable`. */
  cause: string;
  refusalKind: RefusalKind;
  /** So many refusals in a row are taken as passing: nobody is alarmed. */
  passingTries: number;
  /**
   * How long the same credential is not tried after each refusal in a row, in milliseconds; the last holds for all
   * that follow. None at all: never again, until a person saves or validates.
   */
  pausesMs: readonly number[];
}

/** A refusal as it is handed to who asked for the token. */
export interface Refused extends Words {
  kind: 'refused';
  cause: string;
  refusalKind: RefusalKind;
  /** Whether asking again later can help without anybody changing anything. */
  transient: boolean;
  /** When asking again makes sense at the soonest, in milliseconds; absent where a person has to act first. */
  askAgainAfterMs?: number;
}

/** What is known of an answer that was not a token. */
export interface RefusedAnswer {
  /** What the connection proved itself with. */
  by: SecretKind;
  /** The AADSTS number, where there was one. */
  number?: number;
  /** OAuth's `error`, e.g. `invalid_client`. */
  error?: string;
  /** Entra ID's sentence. It may name people and applications: it is read, and told to nobody. */
  text?: string;
  /** Undefined where no answer came at all. */
  status?: number;
  retryAfterMs?: number;
}

/** A busy Entra ID is asked again within seconds: leads wait for it. */
const BUSY_MS = [SECOND_MS, 2 * SECOND_MS, 5 * SECOND_MS];
const THROTTLED_MS = [2 * SECOND_MS, 5 * SECOND_MS, 10 * SECOND_MS];
/** AADSTS50196 lasts until we have been quiet for a while. */
const LOOP_MS = [MINUTE_MS, 5 * MINUTE_MS];
/** A new client secret is unknown for some seconds, wherever it has not come to yet; asking locks nothing. */
const SECRET_MS = [5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS];
/** The refusals of a secret that fall into those seconds. */
const SECRET_PASSING_TRIES = 2;
/** Mended in the directory, where we cannot see it: each probe of a writer asks, and only those of several share an answer. */
const PROBED_MS = [5 * SECOND_MS];
/** Repeated wrong passwords lock a user. */
const NEVER: readonly number[] = [];
/** The longest wait that Entra ID is granted, whatever its Retry-After says. */
const LONGEST_WAIT_MS = 60 * MINUTE_MS;

const LOOP = 50196;
const WRONG_SECRET = 7000215;

/** Total: any number, error, text and status has a meaning, and none of them is thrown at the secret by default. */
export function explainRefusal(answer: RefusedAnswer): TokenRefusal {
  const row = rowOf(answer.number) ?? unlisted(answer);
  const { kind: refusalKind, what, remedy } = row;
  return {
    cause: causeOf(answer),
    refusalKind,
    what,
    remedy,
    passingTries: passingTriesOf(refusalKind, answer),
    pausesMs: pausesOf(refusalKind, answer).map((ms) =>
      Math.min(Math.max(ms, answer.retryAfterMs ?? 0), LONGEST_WAIT_MS),
    ),
  };
}

/** What the so-manyth refusal in a row means for who asked. @param times from 1 */
export function refusedFor(
  { cause, refusalKind, what, remedy, passingTries, pausesMs }: TokenRefusal,
  times: number,
): Refused {
  const askAgainAfterMs = pausesMs[Math.min(times, pausesMs.length) - 1];
  return {
    kind: 'refused',
    cause,
    refusalKind,
    what,
    remedy,
    transient: times <= passingTries,
    ...(askAgainAfterMs === undefined ? {} : { askAgainAfterMs }),
  };
}

function passingTriesOf(kind: RefusalKind, { number }: RefusedAnswer): number {
  if (kind === 'passing' || kind === 'throttling') return Infinity;
  return number === WRONG_SECRET ? SECRET_PASSING_TRIES : 0;
}

function pausesOf(kind: RefusalKind, { by, number }: RefusedAnswer): readonly number[] {
  switch (kind) {
    case 'passing':
      return BUSY_MS;
    case 'throttling':
      return number === LOOP ? LOOP_MS : THROTTLED_MS;
    case 'secret':
      return SECRET_MS;
    case 'password':
      return by === 'password' ? NEVER : PROBED_MS;
    case 'unknown':
      // It may have been the password: then it is tried rarely.
      return by === 'password' ? SECRET_MS : PROBED_MS;
    default:
      return PROBED_MS;
  }
}

function causeOf({ number, status }: RefusedAnswer): string {
  if (number !== undefined) return `AADSTS${number}`;
  if (status === undefined) return 'unreachable';
  return status === 429 ? 'throttled' : `http-${status}`;
}

/** A number without a row, or none: the status decides, then Entra ID's own sentence, then OAuth's `error`. */
function unlisted(answer: RefusedAnswer): { kind: RefusalKind } & Words {
  const { status, number, error } = answer;
  const of = (kind: RefusalKind, what = KINDS[kind].what): { kind: RefusalKind } & Words => ({
    ...KINDS[kind],
    kind,
    what,
  });
  if (status === undefined) return of('passing', 'Microsoft Entra ID could not be reached.');
  if (status === 429) return of('throttling');
  if (status >= 500 || status === 408) return of('passing');
  if (status < 400) return of('passing', 'Microsoft Entra ID gave an answer that is none.');
  if (number === undefined && error === undefined) {
    return {
      kind: 'unknown',
      what: `Something answered in place of Microsoft Entra ID (status ${status}), and not in its words.`,
      remedy: 'Ask the operators what stands between here and Microsoft: a proxy or a firewall, say.',
    };
  }
  const kind = kindOfText(answer.text) ?? kindOfError(answer) ?? 'unknown';
  const code = number === undefined ? '' : `AADSTS${number}`;
  const explained =
    code === '' ? '' : ` The code is explained at https://login.microsoftonline.com/error?code=${number}.`;
  const { what, remedy } = KINDS[kind];
  return { kind, what: `${what.slice(0, -1)} (${code === '' ? error : code}).`, remedy: remedy + explained };
}

/** What a sentence says plainly, whatever it is about. */
const PLAIN: readonly (readonly [RefusalKind, RegExp])[] = [
  ['throttling', /throttl|too many requests|rate limit|request loop/i],
  ['passing', /try again|temporar|transient|tim(ed|e) ?out|unavailable|server error/i],
  ['consent', /consent/i],
  [
    'policy',
    /multi-?factor|second factor|strong auth|conditional access|polic(y|ies)|security defaults|\bdevice|\brisk|interaction/i,
  ],
  ['certificate', /certificate|assertion|thumbprint/i],
  ['secret', /client[ _]secret|secret key/i],
  ['password', /password|locked/i],
];

/** What a sentence can be about; the one that it names first is its subject. */
const SUBJECTS: readonly (readonly [RefusalKind, RegExp])[] = [
  ['resource', /resource|scope|audience|subscription/i],
  ['application', /application|client|\bapp\b/i],
  ['user', /\buser|account/i],
  ['tenant', /tenant|directory/i],
];

function kindOfText(text = ''): RefusalKind | undefined {
  // The first sentence says what is wrong; those that follow guess at reasons.
  const [sentence = ''] = text.replace(/^\s*AADSTS\d+:\s*/, '').split(/\.(?:\s|$)|\n/, 1);
  const plain = PLAIN.find(([, words]) => words.test(sentence));
  if (plain) return plain[0];
  const named = SUBJECTS.map(([kind, words]) => ({ kind, at: sentence.search(words) }));
  return named.filter(({ at }) => at >= 0).sort((one, other) => one.at - other.at)[0]?.kind;
}

/** OAuth's and Entra ID's errors. "Invalid client" is an unknown application as often as a wrong proof. */
const ERRORS = new Map<string, RefusalKind>([
  ['invalid_client', 'application'],
  ['unauthorized_client', 'application'],
  ['invalid_resource', 'resource'],
  ['invalid_target', 'resource'],
  ['invalid_scope', 'resource'],
  ['consent_required', 'consent'],
  ['interaction_required', 'policy'],
  ['login_required', 'policy'],
  ['access_denied', 'policy'],
  ['temporarily_unavailable', 'passing'],
  ['server_error', 'passing'],
]);

function kindOfError({ error = '', by }: RefusedAnswer): RefusalKind | undefined {
  // The grant is the user's password, where there is a user.
  if (error === 'invalid_grant') return by === 'password' ? 'password' : 'application';
  return ERRORS.get(error);
}
