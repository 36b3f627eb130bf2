import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import fastify, { type FastifyInstance } from 'fastify';
import { sendProblem } from '../problem.ts';
import { traceIdIn, traceRequests } from './trace.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

let server: FastifyInstance | undefined;
afterEach(() => server?.close());

/** What a refused request with these headers is answered. */
async function refused(headers: Record<string, string>): Promise<{ header: unknown; body: unknown }> {
  server = fastify();
  traceRequests(server);
  server.get('/', (_request, reply) => sendProblem(reply, { status: 404, title: 'No', detail: 'None.' }));
  const answer = await server.inject({ url: '/', headers });
  return { header: answer.headers['trace-id'], body: answer.json<{ traceId: unknown }>().traceId };
}

test('a refusal carries the trace that its request came with, in a header and in its body', async () => {
  const answered = await refused({ traceparent: `00-${TRACE}-${PARENT}-01` });
  expect(answered).toEqual({ header: TRACE, body: TRACE });
});

test('a request without a trace gets one of its own', async () => {
  const [one, other] = [await refused({}), await refused({ traceparent: 'mine' })];
  for (const { header, body } of [one, other]) {
    expect(header).toMatch(/^[0-9a-f]{32}$/);
    expect(body).toBe(header);
  }
  expect(one.header).not.toBe(other.header);
});

describe('a traceparent', () => {
  test.each([
    ['of another version, with more behind it', `cc-${TRACE}-${PARENT}-01-more`, TRACE],
    ['with more behind it than its version has', `00-${TRACE}-${PARENT}-01-more`, undefined],
    ['of the version that is none', `ff-${TRACE}-${PARENT}-01`, undefined],
    ['of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`, undefined],
    ['with a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
    ['in capitals', `00-${TRACE.toUpperCase()}-${PARENT}-01`, undefined],
    ['with a line behind it', `00-${TRACE}-${PARENT}-01\nx`, undefined],
  ])('%s', (_, traceparent, traceId) => expect(traceIdIn(traceparent)).toBe(traceId));

  test('is 32 hexadecimal digits or nothing, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f-]{55,60}$/)), (text) => {
        const traceId = traceIdIn(text);
        expect(traceId === undefined || /^[0-9a-f]{32}$/.test(traceId)).toBe(true);
      }),
    );
  });
});
