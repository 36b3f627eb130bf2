/** What an answer of Dynamics, or the lack of one, means for a lead: decided here and nowhere else. */
import type { Reason } from '@leads/contracts';

/** What came back from a create; `unreachable` where nothing did. */
export type CreateAnswer =
  | { kind: 'answered'; status: number; code: string; message: string; retryAfterMs: number | undefined }
  | { kind: 'unreachable'; code: string };

/** What happens next. */
export type Verdict =
  | { kind: 'written' }
  | { kind: 'throttled'; waitMs: number; reason: Reason }
  | { kind: 'token-refused'; reason: Reason }
  | { kind: 'retry'; reason: Reason };

/** Dataverse's "a record with this primary key exists": our own lead, since the key is the lead's own id. */
const DUPLICATE_RECORD = '0x80040237';

/** How long to hold back where a 429 names no time, in milliseconds. */
const DEFAULT_THROTTLE_MS = 5_000;

export function classifyAnswer(answer: CreateAnswer): Verdict {
  if (answer.kind === 'unreachable') {
    return {
      kind: 'retry',
      reason: {
        cause: 'unreachable',
        what: `Dynamics could not be reached, or did not answer in time (${answer.code}).`,
        remedy: 'Nothing is lost: the lead is tried again by itself. Check the URL if this goes on.',
      },
    };
  }
  const { status, code, message } = answer;
  if (status >= 200 && status < 300) return { kind: 'written' };
  if (status === 412 && code.toLowerCase() === DUPLICATE_RECORD) return { kind: 'written' };
  const said = `Dynamics answered ${status}${code ? ` ${code}` : ''}${message ? `: ${message}` : '.'}`;
  if (status === 429) {
    return {
      kind: 'throttled',
      waitMs: answer.retryAfterMs ?? DEFAULT_THROTTLE_MS,
      reason: {
        cause: 'throttled',
        what: said,
        remedy: 'Nothing is lost and nothing need be done: leads go on at the pace the organisation permits.',
      },
    };
  }
  if (status === 401) {
    return {
      kind: 'token-refused',
      reason: {
        cause: 'token-refused',
        what: said,
        remedy:
          'Nothing is lost. If this goes on, check that Directory ID and URL belong to the same organisation.',
      },
    };
  }
  if (status === 403) {
    return {
      kind: 'retry',
      reason: {
        cause: 'forbidden',
        what: said,
        remedy:
          'Nothing is lost. Check that the application user exists in Dynamics, is enabled and has the role "Microsoft Marketplace Lead Writer".',
      },
    };
  }
  return {
    kind: 'retry',
    reason: {
      cause: `http-${status}`,
      what: said,
      remedy: 'Nothing is lost: the lead is tried again by itself.',
    },
  };
}

/**
 * Reads a `Retry-After` header: seconds, or an HTTP date.
 * @param now milliseconds since the epoch
 * @returns milliseconds from now, never negative; `undefined` where there is none or it makes no sense
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The code and message of a Dataverse error body; empty where the body is something else (HTML, nothing, …). */
export function readError(body: string): { code: string; message: string } {
  try {
    const parsed = JSON.parse(body) as {
      error?: { code?: unknown; message?: unknown };
      Message?: unknown;
    } | null;
    const error = parsed?.error;
    return { code: textOf(error?.code), message: textOf(error?.message ?? parsed?.Message) };
  } catch {
    // A gateway in front of Dataverse answers in HTML, or with nothing.
    return { code: '', message: '' };
  }
}

const LONGEST_MESSAGE = 500;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_MESSAGE) : '';
}
