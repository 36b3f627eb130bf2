/** The service that keeps connections, over HTTP. */
import { fetchSigned, isForClocks, ProblemError, type SignedFetchOptions } from '@leads/service';
import { z } from 'zod';

export interface CredentialsOptions {
  asked: SignedFetchOptions;
  /** For a whole request, in milliseconds; 15 s without it. */
  timeoutMs?: number;
}

export interface CredentialsRequest {
  method: string;
  /** Below the service's address, with the ids in it checked. */
  path: string;
  /** The e-mail address of who acts. */
  actor: string;
  ifMatch?: string | undefined;
  body?: unknown;
}

export interface CredentialsAnswer {
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
const Connections = z.object({
  connections: z.array(z.object({ publisher: z.object({ id: z.string() }) })),
});

export class Credentials {
  constructor(private readonly options: CredentialsOptions) {}

  /**
   * Sends a request and waits for its answer, whatever its status.
   * @throws ProblemError 502, 503 or 504 in words where there is none, or where this service itself is refused
   */
  async send({ method, path, actor, ifMatch, body }: CredentialsRequest): Promise<CredentialsAnswer> {
    const { asked, timeoutMs = TIMEOUT_MS } = this.options;
    const headers = {
      'x-actor': actor.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?'),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    };
    let answer: CredentialsAnswer;
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
      throw silence(method, error);
    }
    // The person is signed in well: it is this service that was not let in.
    if (answer.status === 401) throw isForClocks(answer) ? clocksDiffer() : notLetIn();
    return answer;
  }

  /**
   * As {@link send}, for who can do nothing about a refusal but hand it on.
   * @throws ProblemError as the service answered it
   */
  async ask(request: CredentialsRequest): Promise<CredentialsAnswer> {
    const answer = await this.send(request);
    if (answer.status < 300) return answer;
    const problem = ProblemBody.safeParse(answer.body);
    if (!problem.success) throw withoutWords(answer.status);
    const { errors, ...words } = problem.data;
    throw new ProblemError(
      { status: answer.status, ...words, ...(errors ? { errors } : {}) },
      passedOn(answer.headers),
    );
  }

  /** Whether there is a connection of this publisher, however its id is spelled. */
  async hasConnectionsOf(publisherId: string): Promise<boolean> {
    const query = new URLSearchParams({ publisherId, limit: '1' });
    const path = `/api/connections?${query.toString()}`;
    const { status, body } = await this.send({ method: 'GET', path, actor: 'portal' });
    const read = Connections.safeParse(body);
    if (status !== 200 || !read.success) throw notUnderstood();
    return read.data.connections.length > 0;
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
function silence(method: string, error: unknown): ProblemError {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  const isUnsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(cause?.code ?? '');
  if (method === 'GET' || isUnsent) {
    return new ProblemError({
      status: name === 'TimeoutError' ? 504 : 503,
      title: 'Connections cannot be reached now',
      detail:
        'The service that keeps connections does not answer. Nothing was changed, and leads go on being taken in. Try again in a minute; if it lasts, tell the operators.',
    });
  }
  return new ProblemError({
    status: 504,
    title: 'No answer in time',
    detail:
      'The service that keeps connections did not answer, so it is not known whether this was done. Reload the page to see how things are, and do it again where it was not.',
  });
}

function notLetIn(): ProblemError {
  return new ProblemError({
    status: 502,
    title: 'The portal was refused',
    detail:
      'The service that keeps connections does not accept the signature of the portal. Nothing was changed. Tell the operators: the public half of the portal’s SERVICE_SIGNING_KEY_FILE has to stand in the SERVICE_KEYS_FILE of credentials.',
  });
}

function clocksDiffer(): ProblemError {
  return new ProblemError({
    status: 502,
    title: 'The portal was refused',
    detail:
      'The clock of the portal and the clock of the service that keeps connections differ by more than a minute, so that no request can be told from an old one. Nothing was changed. Tell the operators: the clocks of both machines have to be set.',
  });
}

function notUnderstood(): ProblemError {
  return new ProblemError({
    status: 502,
    title: 'An answer was not understood',
    detail:
      'The service that keeps connections answered in a way that the portal does not know. Nothing was changed. Tell the operators.',
  });
}

function withoutWords(status: number): ProblemError {
  return new ProblemError({
    status: 502,
    title: 'An answer was not understood',
    detail: `The service that keeps connections answered with ${status} and no words. Reload the page to see how things are; if it lasts, tell the operators.`,
  });
}
