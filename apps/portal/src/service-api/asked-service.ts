/** Another service that the portal asks over HTTP, by signed requests, for people who are signed in. */
import { fetchSigned, isForClocks, ProblemError, type SignedFetchOptions } from '@leads/service';
import { z } from 'zod';

/** What people are told of the service. */
export interface ServiceWords {
  /** Its own name, for operators. */
  name: string;
  /** At the beginning of a sentence: `The service that keeps connections`. */
  what: string;
  /** What is the matter while it does not answer, as a title. */
  away: string;
}

export interface AskedServiceOptions {
  asked: SignedFetchOptions;
  /** For a whole request, in milliseconds; 15 s without it. */
  timeoutMs?: number;
}

export interface AskedRequest {
  method: string;
  /** Below the service's address, with the ids in it checked. */
  path: string;
  /** The e-mail address of who acts. */
  actor: string;
  ifMatch?: string | undefined;
  body?: unknown;
}

export interface AskedAnswer {
  status: number;
  headers: Headers;
  /** Parsed JSON; `undefined` where there is no body. */
  body: unknown;
}

/** It makes up its mind within a second or so; behind it are a database and, at times, a key vault. */
const TIMEOUT_MS = 15_000;

const ProblemBody = z.object({
  title: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

export class AskedService {
  constructor(
    private readonly options: AskedServiceOptions,
    private readonly words: ServiceWords,
  ) {}

  /**
   * Sends a request and waits for its answer, whatever its status.
   * @throws ProblemError 502, 503 or 504 in words where there is none, or where this service itself is refused
   */
  async send({ method, path, actor, ifMatch, body }: AskedRequest): Promise<AskedAnswer> {
    const { asked, timeoutMs = TIMEOUT_MS } = this.options;
    const headers = {
      'x-actor': actor.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?'),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    };
    let answer: AskedAnswer;
    try {
      const response = await fetchSigned({ method, path, headers, body, timeoutMs }, asked);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      answer = {
        status: response.status,
        headers: response.headers,
        body: isJson && text !== '' ? (JSON.parse(text) as unknown) : undefined,
      };
    } catch (error) {
      throw silence(method, error, this.words);
    }
    // The person is signed in well: it is this service that was not let in.
    if (answer.status === 401) throw isForClocks(answer) ? clocksDiffer(this.words) : notLetIn(this.words);
    return answer;
  }

  /**
   * As {@link send}, for who can do nothing about a refusal but hand it on.
   * @throws ProblemError as the service answered it
   */
  async ask(request: AskedRequest): Promise<AskedAnswer> {
    const answer = await this.send(request);
    if (answer.status < 300) return answer;
    const problem = ProblemBody.safeParse(answer.body);
    if (!problem.success) throw withoutWords(answer.status, this.words);
    const { errors, ...words } = problem.data;
    throw new ProblemError(
      { status: answer.status, ...words, ...(errors ? { errors } : {}) },
      passedOn(answer.headers),
    );
  }
}

/** What of an answer's headers is for whoever asked the portal. */
function passedOn(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    ['etag', 'retry-after'].flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** Words for a request that got no answer. */
function silence(method: string, error: unknown, { what, away }: ServiceWords): ProblemError {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  const isUnsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(cause?.code ?? '');
  if (method === 'GET' || isUnsent) {
    return new ProblemError({
      status: name === 'TimeoutError' ? 504 : 503,
      title: away,
      detail: `${what} does not answer. Nothing was changed. Try again in a minute; if it lasts, tell the operators.`,
    });
  }
  return new ProblemError({
    status: 504,
    title: 'No answer in time',
    detail: `${what} did not answer, so it is not known whether this was done. Reload the page to see how things are, and do it again where it was not.`,
  });
}

function notLetIn({ what, name }: ServiceWords): ProblemError {
  return new ProblemError({
    status: 502,
    title: 'The portal was refused',
    detail: `${what} does not accept the signature of the portal. Nothing was changed. Tell the operators: the public half of the portal’s SERVICE_SIGNING_KEY_FILE has to stand in the SERVICE_KEYS_FILE of ${name}.`,
  });
}

function clocksDiffer({ what }: ServiceWords): ProblemError {
  return new ProblemError({
    status: 502,
    title: 'The portal was refused',
    detail: `${what} has a clock that differs from the clock of the portal by more than a minute, so that no request can be told from an old one. Nothing was changed. Tell the operators: the clocks of both machines have to be set.`,
  });
}

function withoutWords(status: number, { what }: ServiceWords): ProblemError {
  return new ProblemError({
    status: 502,
    title: 'An answer was not understood',
    detail: `${what} answered with ${status} and no words. Reload the page to see how things are; if it lasts, tell the operators.`,
  });
}

/** What is said of an answer whose shape is not known here. */
export function notUnderstood({ what }: ServiceWords): ProblemError {
  return new ProblemError({
    status: 502,
    title: 'An answer was not understood',
    detail: `${what} answered in a way that the portal does not know. Nothing was changed. Tell the operators.`,
  });
}
