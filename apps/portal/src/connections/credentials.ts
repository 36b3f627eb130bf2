/** The service that keeps connections, over HTTP. */
import { ProblemError } from '@leads/service';
import { z } from 'zod';

export const CREDENTIALS = Symbol('credentials');

export interface CredentialsOptions {
  url: string;
  apiKey: string;
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
    let answer: CredentialsAnswer;
    try {
      const response = await fetch(new URL(path, this.options.url), {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(this.options.timeoutMs ?? TIMEOUT_MS),
        headers: {
          authorization: `Bearer ${this.options.apiKey}`,
          'x-actor': actor.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?'),
          ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
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
    if (answer.status === 401) throw notLetIn();
    return answer;
  }

  /** Whether there is a connection of this publisher, however its id is spelled. */
  async hasConnectionsOf(publisherId: string): Promise<boolean> {
    const { status, body } = await this.send({ method: 'GET', path: '/api/connections', actor: 'portal' });
    const read = Connections.safeParse(body);
    if (status !== 200 || !read.success) throw notUnderstood();
    return read.data.connections.some(
      ({ publisher }) => publisher.id.toLowerCase() === publisherId.toLowerCase(),
    );
  }
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
      'The service that keeps connections does not accept the key of the portal. Nothing was changed. Tell the operators: CREDENTIALS_API_KEY has to be the same in both.',
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
