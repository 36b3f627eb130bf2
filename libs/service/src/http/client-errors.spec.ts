import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { answerClientError, answerClientErrors } from './client-errors.ts';
import { refuseHeads } from './refuse-heads.ts';
import { requestLimits } from './request-limits.ts';

let server: FastifyInstance | undefined;
afterEach(() => server?.close());

const SECRET = 'a-lead-address-key';

/** What a server writes to what is sent over one connection, until it closes that. */
async function answersTo(sent: string, timeoutMs = 60_000): Promise<string> {
  server = fastify({
    ...requestLimits(timeoutMs),
    clientErrorHandler: answerClientError,
    frameworkErrors: () => undefined,
  });
  answerClientErrors(server);
  refuseHeads(server);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.post('/*', async (_request, reply) => {
    // As long as a commit takes: what follows in the connection has come by then.
    await new Promise((resolve) => setImmediate(resolve));
    return reply.status(202).send({ taken: true });
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  let answers = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => void (answers += chunk));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(sent, 'latin1');
  await new Promise((resolve) => socket.once('close', resolve));
  return answers;
}

/** A request, its lines with CRLF. */
const request = (lines: string[], body = ''): string =>
  [`POST /leads/${SECRET} HTTP/1.1`, 'host: here', ...lines, '', body].join('\r\n');

test.each<[string, string, number]>([
  ['both lengths', request(['content-length: 5', 'transfer-encoding: chunked'], '0\r\n\r\n'), 400],
  [
    'both lengths, the other way round',
    request(['transfer-encoding: chunked', 'content-length: 5'], '0\r\n\r\n'),
    400,
  ],
  ['two lengths', request(['content-length: 1', 'content-length: 2'], 'aa'), 400],
  ['two equal lengths', request(['content-length: 1', 'content-length: 1'], 'a'), 400],
  ['a list of lengths', request(['content-length: 1, 1'], 'a'), 400],
  ['a length with a sign', request(['content-length: +1'], 'a'), 400],
  ['a folded header', request(['x-one: 1', ` ${SECRET}`, 'content-length: 0']), 400],
  ['a folded encoding', request(['transfer-encoding:', ' chunked'], '0\r\n\r\n'), 400],
  ['bare line feeds', request(['content-length: 0']).replaceAll('\r', ''), 400],
  ['one bare line feed', request([`x-one: 1\nx-two: ${SECRET}`, 'content-length: 0']), 400],
  ['a bare line feed in a chunk', request(['transfer-encoding: chunked'], '1\na\r\n0\r\n\r\n'), 400],
  ['an unknown encoding', request(['transfer-encoding: xchunked'], '0\r\n\r\n'), 400],
  ['two encodings', request(['transfer-encoding: gzip, chunked'], '0\r\n\r\n'), 400],
  [
    'an encoding in HTTP/1.0',
    request(['transfer-encoding: chunked'], '0\r\n\r\n').replace('/1.1', '/1.0'),
    400,
  ],
  ['a blank before the colon', request(['content-length : 0']), 400],
  ['two hosts', request(['host: there', 'content-length: 0']), 400],
  ['no host', request(['content-length: 0']).replace('host: here\r\n', ''), 400],
  ['a NUL', request([`x-one: \0${SECRET}`, 'content-length: 0']), 400],
  ['what is no HTTP', `${SECRET}\r\n\r\n`, 400],
  ['another expectation', request([`expect: ${SECRET}`, 'content-length: 0']), 417],
  [
    'very many headers',
    request([...Array<string>(100).fill('x: y'), 'content-length: 0', 'connection: close']),
    431,
  ],
  ['a very long header', request([`x-one: ${SECRET.repeat(2_000)}`, 'content-length: 0']), 431],
  ['a very long address', request(['content-length: 0']).replace(SECRET, SECRET.repeat(500)), 414],
])('%s is refused as a problem that repeats nothing, and ends the connection', async (_, sent, status) => {
  const answers = await answersTo(sent);
  const [head = '', body = ''] = answers.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toMatch(/^content-type: application\/problem\+json/im);
  expect(head).toMatch(/^connection: close/im);
  expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status, title: expect.any(String) });
  expect(answers).not.toContain(SECRET);
});

test('what does not come to its end in time is answered 408, once', async () => {
  const answers = await answersTo(request(['content-length: 100'], '{"a":'), 300);
  expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 408']);
  expect(answers).toMatch(/application\/problem\+json/);
});

test('a head that does not come to its end in time is answered 408', async () => {
  expect(await answersTo('POST / HTTP/1.1\r\nhost: he', 300)).toMatch(/^HTTP\/1.1 408 [^]*problem\+json/);
});

test('garbage behind a whole request does not take its answer', async () => {
  const answers = await answersTo(`${request(['content-length: 1'], 'a')}GARBAGE ${SECRET}\r\n\r\n`);
  expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 202']);
  expect(answers).toMatch(/\{"taken":true\}/);
});
