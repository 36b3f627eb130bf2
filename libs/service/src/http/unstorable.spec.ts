import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Fastify from 'fastify';
import { DEEPEST, refuseUnstorable, unstorableIn } from './unstorable.ts';

/** Any UTF-16, NUL and halves of characters too. */
const anyText = fc
  .array(fc.oneof(fc.constantFrom(0, 0x5c, 0x75, 0xd83d, 0xde42), fc.nat(0xffff)), { maxLength: 4 })
  .map((units) => String.fromCharCode(...units));
const HALF = '\ud83d';
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

describe('what cannot be kept', () => {
  test.each<[string, unknown, string[]]>([
    ['NUL in a text', { offer: { title: 'a\0b' } }, ['/offer/title']],
    ['half a character', ['x', HALF], ['/1']],
    ['a name with NUL, named by its place', { mapping: { 'a\0': 1 } }, ['/mapping']],
    ['a place whose name has slashes', { 'a/b~': '\0' }, ['/a~1b~0']],
    ['what is nested too deep', { lead: nested(DEEPEST) }, [`/lead${'/0'.repeat(DEEPEST - 1)}`]],
  ])('is found: %s', (_what, value, pointers) => {
    expect(unstorableIn(value).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  test('is found wherever it is, and nothing else', () => {
    fc.assert(
      fc.property(fc.object({ key: anyText, values: [anyText, fc.integer()], maxDepth: 3 }), (value) => {
        const text = JSON.stringify(value);
        // Well formed as JSON writes it: what is no character, or NUL, it writes as an escape.
        const isThere = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(text);
        expect(unstorableIn(value).length > 0).toBe(isThere);
      }),
    );
  });

  test('is named in few words, however long the names around it are', () => {
    const long = { ['k'.repeat(1_000)]: { ['~'.repeat(1_000)]: Array<string>(20).fill('\0') } };
    const answer = JSON.stringify(unstorableIn(long));
    expect(answer.length).toBeLessThan(10_000);
    expect(unstorableIn(long)[0]?.pointer).toMatch(/^\/k{198}…$/);
  });

  test('is a name of more than 1,000 characters, too, of which nothing is repeated', () => {
    const [fault, ...others] = unstorableIn({ offer: { ['k'.repeat(1_001)]: 1, ['k'.repeat(1_000)]: 1 } });
    expect([fault?.pointer, others]).toEqual(['/offer', []]);
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`${at}`.repeat(1_001), 0]));
    expect(unstorableIn(many)).toHaveLength(20);
  });

  test('is soon told of a body that is nothing else, however deep or long', () => {
    expect(unstorableIn(nested(500_000))).toHaveLength(1);
    expect(unstorableIn(new Array(200_000).fill('\0'))).toHaveLength(20);
  });
});

describe('a request', () => {
  const fastify = Fastify();
  refuseUnstorable(fastify);
  fastify.all('/things', () => 'done');
  const post = (payload: string) =>
    fastify.inject({
      method: 'POST',
      url: '/things',
      headers: { 'content-type': 'application/json' },
      payload,
    });

  test.each<[string, number, string]>([
    ['NUL', 422, '{"name":"a\\u0000"}'],
    ['half a character', 422, '{"name":"\\ud83d"}'],
    ['100,000 levels', 422, `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['any other text', 200, JSON.stringify({ name: '\u0001 Zoë 🙂 \u202e' })],
  ])('with %s in its body is answered with %d', async (_what, status, payload) => {
    const answer = await post(payload);
    expect(answer.statusCode).toBe(status);
    if (status !== 200) {
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(answer.json<{ errors: unknown[] }>().errors).toHaveLength(1);
    }
  });

  test('with NUL in its query is refused, naming the parameter', async () => {
    const answer = await fastify.inject('/things?search=a%00b');
    expect([answer.statusCode, answer.json<{ errors: { pointer: string }[] }>().errors[0]?.pointer]).toEqual([
      400,
      '/search',
    ]);
    expect((await fastify.inject('/things?search=Zo%C3%AB')).statusCode).toBe(200);
  });
});
