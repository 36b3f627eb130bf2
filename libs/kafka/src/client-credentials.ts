/** Access tokens for the broker by OAuth 2.0 client credentials (RFC 6749, 4.4), one at a time and kept while good. */
import { z } from 'zod';
import type { ClientCredentials } from './settings.ts';

/** RFC 6749, 5.1. Where the endpoint does not say how long a token lives, it is not kept. */
const Granted = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().nonnegative().default(0),
});

/** RFC 6749, 5.2: a word from a list; what else an endpoint says may quote the request. */
const Refused = z.object({ error: z.string().regex(/^[\w-]{1,60}$/) });

/** The part of a token's life after which a new one is got: the broker closes connections whose token has ended. */
const USED_FOR = 0.8;

/** How long the endpoint may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

export interface Surroundings {
  fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * What gives a good token, asked for once however many want it.
 * It rejects with one sentence, which holds neither token nor secret, where there is none.
 */
export function brokerTokens(
  credentials: ClientCredentials,
  around: Surroundings = { fetch, now: Date.now },
): () => Promise<string> {
  let held: { token: string; until: number } | undefined;
  let asking: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    const askedAt = around.now();
    const { access_token: token, expires_in: seconds } = await request(credentials, around.fetch);
    held = { token, until: askedAt + seconds * 1_000 * USED_FOR };
    return token;
  };
  return () => {
    if (held && around.now() < held.until) return Promise.resolve(held.token);
    return (asking ??= ask().finally(() => (asking = undefined)));
  };
}

async function request(
  { tokenUrl, clientId, clientSecret, scope }: ClientCredentials,
  send: typeof fetch,
): Promise<z.infer<typeof Granted>> {
  const at = new URL(tokenUrl).origin;
  // RFC 6749, 2.3.1: each half is form-encoded before the two are joined.
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString(
    'base64',
  );
  const answer = await send(tokenUrl, {
    method: 'POST',
    redirect: 'error',
    headers: { authorization: `Basic ${basic}`, accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scope === undefined ? {} : { scope }),
    }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    const name = error instanceof Error ? error.name : 'error';
    throw new Error(`The token endpoint of Kafka's login at ${at} did not answer (${name}).`);
  });
  const said: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) {
    const why = Refused.safeParse(said).data?.error;
    throw new Error(
      `The token endpoint of Kafka's login at ${at} answered ${answer.status}${why === undefined ? '' : ` (${why})`}.`,
    );
  }
  const granted = Granted.safeParse(said);
  if (!granted.success)
    throw new Error(`The token endpoint of Kafka's login at ${at} answered without a token.`);
  return granted.data;
}
