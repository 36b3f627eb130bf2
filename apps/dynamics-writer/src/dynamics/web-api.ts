/** An organisation's Web API: its paths and headers, and how what came back becomes an answer, its shape never trusted. */
import { cleanLine, cleanLines, present } from '@leads/contracts';
import type { Asked, Capacity, Limit } from '@leads/delivery';
import { type Outbound, type OutboundAnswer, retryAfterMs } from '@leads/service';

/** Where requests go, and with what right. */
export interface WebApi {
  http: Pick<Outbound, 'send'>;
  /** The organisation's origin. */
  organization: string;
  accessToken: string;
}

/** The answer to a request, or to one row of a bulk request; `unreachable` where none came. */
export type Answer =
  | {
      kind: 'answered';
      status: number;
      code: string;
      message: string;
      /** The id of the record that a success names, lower case; where a success names none, it is nobody's word. */
      madeId?: string;
      /** The host at which it says that the record is, where it says so. */
      madeAt?: string;
      retryAfterMs: number | undefined;
      capacity?: Capacity;
    }
  | { kind: 'unreachable'; code: string };

/** The path of the Web API; resources are named relative to it. */
export const ROOT = '/api/data/v9.2/';

/** The prefix of Dataverse's own functions, actions and types. */
export const CRM = 'Microsoft.Dynamics.CRM';

/** Headers that Microsoft asks every Web API client to send (Dataverse developer guide, "Compose HTTP requests"). */
const HEADERS = { accept: 'application/json', 'odata-version': '4.0', 'odata-maxversion': '4.0' };

/**
 * One request; whatever comes back, or does not, is an answer and never an exception.
 * @param body JSON, unless the headers say otherwise; none makes it a GET
 * @returns `raw` too, where anything came back
 */
export async function callWebApi(
  { http, organization, accessToken }: WebApi,
  resource: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<{ answer: Answer; raw?: OutboundAnswer }> {
  const content = body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
  try {
    const raw = await http.send({
      url: organization + ROOT + resource,
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...HEADERS, ...content, ...headers, authorization: `Bearer ${accessToken}` },
      ...(body === undefined ? {} : { body }),
    });
    return { answer: readAnswer(raw), raw };
  } catch (error) {
    return { answer: { kind: 'unreachable', code: networkCode(error) } };
  }
}

/** Reads an answer that came, by itself or as a row of a batch. */
export function readAnswer(answer: OutboundAnswer): Answer {
  return {
    kind: 'answered',
    status: answer.status,
    ...readError(answer.body),
    ...present(made(answer)),
    retryAfterMs: retryAfterMs(answer.headers, Date.now()),
    capacity: readCapacity(answer.headers),
  };
}

const RECORD_ADDRESS = /^(?:https?:\/\/([^/]*))?(?:.*\/)?leads\(([0-9a-f-]{36})\)$/i;

/** The record that a create has made, as its answer names it: 204 by a header, 200 and 201 by the body asked for. */
function made({ status, headers, body }: OutboundAnswer): {
  madeId: string | undefined;
  madeAt: string | undefined;
} {
  if (status === 204) {
    const [, host, id] = RECORD_ADDRESS.exec(headers['odata-entityid'] ?? '') ?? [];
    return { madeId: id?.toLowerCase(), madeAt: host };
  }
  const { leadid } = status === 200 || status === 201 ? parseObject(body) : {};
  return { madeId: typeof leadid === 'string' ? leadid.toLowerCase() : undefined, madeAt: undefined };
}

/** A JSON object; an empty one where the text is something else. */
export function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    // A gateway in front of Dataverse answers in HTML, or with nothing.
    return {};
  }
}

export function isSuccess(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
}

/**
 * Reads what the headers say of capacity: how many requests at a time are recommended, and how many more the limit
 * permits. Whole numbers that make sense, or nothing.
 */
export function readCapacity(headers: Readonly<Record<string, string>>): Capacity {
  const parallelism = wholeNumber(headers['x-ms-dop-hint']);
  const remaining = wholeNumber(headers['x-ms-ratelimit-burst-remaining-xrm-requests']);
  const seconds = headers['x-ms-ratelimit-time-remaining-xrm-requests']?.trim() ?? '';
  return {
    ...(parallelism ? { parallelism } : {}),
    ...(remaining === undefined ? {} : { remaining }),
    ...(/^\d{1,3}(,?\d{3})*(\.\d+)?$/.test(seconds)
      ? { remainingMs: Number(seconds.replaceAll(',', '')) * 1000 }
      : {}),
  };
}

/** How long to hold back where nobody names a time, in milliseconds. */
const DEFAULT_WAIT_MS = 5_000;

/** Per user and web server (Dataverse developer guide, "Service protection API limits"). */
export const DOCUMENTED = { requests: 6_000, executionMs: 1_200_000, concurrency: 52, windowMs: 300_000 };

/** Codes with which Dataverse refuses a request as too much: a stable word for each, and the limit where the text names it. */
const THROTTLED: ReadonlyMap<string, { cause: string; limitIn?: (message: string) => Limit }> = new Map([
  ['0x8005f103', { cause: 'throttled' }],
  ['0x80060308', { cause: 'throttled' }],
  [
    '0x80072322',
    {
      cause: 'throttled-requests',
      limitIn: (message: string): Limit => ({
        of: 'requests',
        requests: numberIn(message, /\blimit of ([\d.,]{1,12}) over/) ?? DOCUMENTED.requests,
        windowMs: windowIn(message),
      }),
    },
  ],
  [
    '0x80072321',
    {
      cause: 'throttled-execution-time',
      limitIn: (message: string): Limit => ({
        of: 'execution',
        ms: numberIn(message, /\blimit of ([\d.,]{1,14})\s+milliseconds/) ?? DOCUMENTED.executionMs,
        windowMs: windowIn(message),
      }),
    },
  ],
  [
    '0x80072326',
    {
      cause: 'throttled-concurrency',
      limitIn: (message: string): Limit => ({
        of: 'concurrency',
        requests: numberIn(message, /\blimit of ([\d.,]{1,6})\b/) ?? DOCUMENTED.concurrency,
      }),
    },
  ],
]);

/** What an answer asks for that refuses a request as too much, or names a time to stay away; `undefined` for any other. */
export function readThrottle(answer: Answer): (Asked & { cause: string }) | undefined {
  if (answer.kind === 'unreachable') return undefined;
  const { status, message, retryAfterMs: waitMs = DEFAULT_WAIT_MS } = answer;
  const known = THROTTLED.get(answer.code.toLowerCase());
  if (known) return { cause: known.cause, waitMs, limit: known.limitIn?.(message) };
  if (status === 429) return { cause: 'throttled', waitMs };
  return status === 503 && answer.retryAfterMs !== undefined ? { cause: 'http-503', waitMs } : undefined;
}

/** Whether nothing more should be sent after this answer: nobody answered, or who did wants to be left alone. */
export function isLast(answer: Answer | undefined): answer is Answer {
  return answer !== undefined && (answer.kind === 'unreachable' || readThrottle(answer) !== undefined);
}

function windowIn(message: string): number {
  return numberIn(message, /\btime window of (\d{1,4}) seconds/, 1000) ?? DOCUMENTED.windowMs;
}

/** A number that a text names, with whatever groups its digits; `undefined` where it names none above zero. */
function numberIn(text: string, pattern: RegExp, times = 1): number | undefined {
  const number = Number(pattern.exec(text)?.[1]?.replaceAll(/[.,]/g, ''));
  return number > 0 ? number * times : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined;
}

/** The code and message of a Dataverse error body; empty where the body is something else (HTML, nothing, …). */
export function readError(body: string): { code: string; message: string } {
  const { error, Message } = parseObject(body);
  const { code, message = Message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: cleanLine(textOf(code), LONGEST_MESSAGE),
    message: cleanLines(textOf(message), LONGEST_MESSAGE),
  };
}

/** The code of a network error, as Node or undici names it, e.g. `ECONNRESET`. */
export function networkCode(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}

const LONGEST_MESSAGE = 500;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
