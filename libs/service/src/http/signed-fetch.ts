/** The calling side of a request between services. */
import type { ServiceName } from '@leads/contracts';
import type { SigningKey } from '@leads/contracts/service-keys';
import { digestOf, signRequest } from './signed-requests.ts';

/** Who asks, and whom. */
export interface SignedFetchOptions {
  /** Where the other service answers. */
  url: string;
  to: ServiceName;
  key: SigningKey;
  /** Milliseconds since the epoch. */
  now: () => number;
}

export interface SignedRequest {
  method: string;
  /** Path and query. */
  path: string;
  /** Names in lower case. */
  headers?: Record<string, string>;
  /** Sent as JSON; none without it. */
  body?: unknown;
  timeoutMs: number;
}

/** Sends a request that its receiver can hold to be this service's; redirects are not followed. Errors are those of `fetch`. */
export async function fetchSigned(
  { method, path, headers = {}, body, timeoutMs }: SignedRequest,
  { url, to, key, now }: SignedFetchOptions,
): Promise<Response> {
  const address = new URL(path, url);
  const content = body === undefined ? '' : JSON.stringify(body);
  const all = { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const parts = {
    method,
    target: address.pathname + address.search,
    headers: all,
    bodyDigest: digestOf(content),
  };
  return fetch(address, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { ...all, authorization: await signRequest(parts, { key, to, now: now() }) },
    ...(body === undefined ? {} : { body: content }),
  });
}

/** Whether a 401 is for the clocks alone, as {@link CallerGuard} answers it. */
export function isForClocks(response: {
  status: number;
  headers: { get: (name: string) => string | null };
}): boolean {
  return response.status === 401 && /error="clock"/.test(response.headers.get('www-authenticate') ?? '');
}
