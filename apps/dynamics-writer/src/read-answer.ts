/** What came back from Dynamics, read without trusting its shape. */

/** What an organisation says of its capacity beside an answer. */
export interface CapacityHints {
  /** How many requests at a time it recommends (`x-ms-dop-hint`). */
  parallelism?: number;
  /** How many more requests its limit permits for now (`x-ms-ratelimit-burst-remaining-xrm-requests`). */
  remaining?: number;
}

/** The answer to a create, or to one row of a bulk request; `unreachable` where none came. */
export type Answer =
  | {
      kind: 'answered';
      status: number;
      code: string;
      message: string;
      retryAfterMs: number | undefined;
      hints?: CapacityHints;
    }
  | { kind: 'unreachable'; code: string };

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

/** Reads the capacity hints of an answer's headers; whole numbers that make sense, or nothing. */
export function readHints(headers: Readonly<Record<string, string>>): CapacityHints {
  const parallelism = wholeNumber(headers['x-ms-dop-hint']);
  const remaining = wholeNumber(headers['x-ms-ratelimit-burst-remaining-xrm-requests']);
  return {
    ...(parallelism ? { parallelism } : {}),
    ...(remaining === undefined ? {} : { remaining }),
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined;
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

/** The code of a network error, as Node or undici names it, e.g. `ECONNRESET`. */
export function networkCode(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}

const LONGEST_MESSAGE = 500;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_MESSAGE) : '';
}
