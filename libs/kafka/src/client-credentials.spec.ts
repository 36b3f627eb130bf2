import { expect, test } from '@jest/globals';
import { brokerTokens } from './client-credentials.ts';

const CREDENTIALS = {
  tokenUrl: 'https://idp.example/oauth2/token',
  clientId: 'portal:client',
  clientSecret: 'hunter2 %',
  scope: 'kafka',
};

/** A token endpoint that answers so, one answer a question, and a clock. */
function endpoint(...answers: (Response | Error)[]) {
  const asked: { init: RequestInit }[] = [];
  const clock = { now: 1_000_000 };
  const tokenOf = brokerTokens(CREDENTIALS, {
    now: () => clock.now,
    fetch: (_url, init = {}) => {
      asked.push({ init });
      const answer = answers.shift() ?? new Error('nothing more');
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  return { tokenOf, asked, clock };
}

const granted = (token: string, seconds?: number): Response =>
  Response.json({ access_token: token, token_type: 'bearer', expires_in: seconds });

test('a token is asked for by the client’s name and secret, form-encoded, and no redirect is followed', async () => {
  const { tokenOf, asked } = endpoint(granted('first', 3600));
  expect(await tokenOf()).toBe('first');
  expect(asked).toHaveLength(1);
  expect(asked[0]?.init).toMatchObject({ method: 'POST', redirect: 'error' });
  const { authorization } = asked[0]?.init.headers as Record<string, string>;
  expect(Buffer.from(authorization?.slice('Basic '.length) ?? '', 'base64').toString()).toBe(
    'portal%3Aclient:hunter2%20%25',
  );
  expect(String(asked[0]?.init.body as URLSearchParams)).toBe('grant_type=client_credentials&scope=kafka');
});

test('a token is kept for most of its life, and asked for once however many want it', async () => {
  const { tokenOf, asked, clock } = endpoint(granted('first', 100), granted('second', 100));
  expect(await Promise.all([tokenOf(), tokenOf(), tokenOf()])).toEqual(['first', 'first', 'first']);
  clock.now += 79_000;
  expect(await tokenOf()).toBe('first');
  clock.now += 1_000;
  expect(await tokenOf()).toBe('second');
  expect(asked).toHaveLength(2);
});

test('a token whose life is not told is used once', async () => {
  const { tokenOf } = endpoint(granted('first'), granted('second'));
  expect([await tokenOf(), await tokenOf()]).toEqual(['first', 'second']);
});

test.each<[string, Response | Error, string]>([
  [
    'a refusal',
    Response.json({ error: 'invalid_client', error_description: 'hunter2 %' }, { status: 401 }),
    '401 (invalid_client).',
  ],
  [
    'words of its own',
    Response.json({ error: 'the secret hunter2 % is wrong' }, { status: 400 }),
    'answered 400.',
  ],
  ['no JSON', new Response('<html>hunter2 %', { status: 502 }), 'answered 502.'],
  ['no token', Response.json({ token: 'x' }), 'answered without a token.'],
  ['silence', new TypeError('fetch failed for hunter2 %'), 'did not answer (TypeError).'],
])('%s is one sentence without the secret, and the next one asks again', async (_, answer, words) => {
  const { tokenOf } = endpoint(answer, granted('later', 10));
  const error = await tokenOf().catch((reason: unknown) => String(reason));
  expect(error).toContain(
    `https://idp.example ${words.startsWith('did') || words.startsWith('answered') ? words : `answered ${words}`}`,
  );
  expect(error).not.toContain('hunter2');
  expect(await tokenOf()).toBe('later');
});
