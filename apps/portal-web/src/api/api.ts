/**
 * Requests to the portal. Every function resolves to what was answered or throws an {@link ApiProblem}, which
 * react-query hands on as `error`.
 */
import type { Session } from '@leads/contracts/portal-api';
import { ApiProblem, problemOfAnswer, problemOfSilence } from './api-problem.ts';

/** Something with the ETag that it had, to be sent back with a change of it. */
export interface Versioned<T> {
  value: T;
  etag: string | undefined;
}

export interface SendOptions {
  /** Sent as If-Match: the change is refused with 412 where somebody else was faster. */
  etag?: string | undefined;
  signal?: AbortSignal;
}

let csrfToken: string | undefined;
const signedOutListeners = new Set<() => void>();

/** Called whenever an answer says that the session has ended. @returns how to stop listening */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

/** `GET path`, e.g. `read<Offers>('/api/offers', signal)`. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await readVersioned<T>(path, signal)).value;
}

/** As {@link read}, with the ETag. */
export async function readVersioned<T>(path: string, signal?: AbortSignal): Promise<Versioned<T>> {
  const answer = await ask(path, { method: 'GET', ...(signal ? { signal } : {}) });
  return versionedOf<T>(answer);
}

/** `GET /api/session`; its CSRF token goes with every change from then on. */
export async function readSession(signal?: AbortSignal): Promise<Session> {
  const session = await read<Session>('/api/session', signal);
  csrfToken = session.csrfToken;
  return session;
}

/** POST, PUT, PATCH or DELETE with a JSON body. The value is `undefined` where nothing is answered (204). */
export async function send<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  { etag, signal }: SendOptions = {},
): Promise<Versioned<T>> {
  // After a new sign-in in another tab, the token is another one.
  if (csrfToken === undefined) await readSession(signal);
  const headers: Record<string, string> = { 'x-csrf-token': csrfToken ?? '' };
  if (etag !== undefined) headers['if-match'] = etag;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const answer = await ask(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  return versionedOf<T>(answer);
}

/** `POST` where nobody has to be signed in: what is sent proves what it may. */
export async function sendUnsigned<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const answer = await ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
  return (await versionedOf<T>(answer)).value;
}

async function ask(path: string, request: RequestInit & { method: string }): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      ...request,
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...request.headers },
    });
  } catch (error) {
    // Given up by react-query itself: nobody waits for it any more.
    if (request.signal?.aborted) throw error;
    throw problemOfSilence(request.method);
  }
  if (answer.ok) return answer;
  const problem = problemOfAnswer(request.method, answer.status, await jsonOf(answer));
  if (problem.status === 401 || problem.status === 403) csrfToken = undefined;
  if (problem.kind === 'signed-out') for (const listener of signedOutListeners) listener();
  throw problem;
}

async function versionedOf<T>(answer: Response): Promise<Versioned<T>> {
  const etag = answer.headers.get('etag') ?? undefined;
  if (answer.status === 204) return { value: undefined as T, etag };
  const value = await jsonOf(answer);
  if (value !== undefined) return { value: value as T, etag };
  throw new ApiProblem({
    kind: 'refused',
    status: answer.status,
    title: 'The portal answered in a form that is not known',
    detail: 'Reload the page: the console may be older than the portal.',
  });
}

async function jsonOf(answer: Response): Promise<unknown> {
  try {
    return await (answer.json() as Promise<unknown>);
  } catch {
    return undefined;
  }
}
