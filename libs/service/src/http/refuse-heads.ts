/**
 * Requests whose head no honest client sends, and which two servers in a row could read in two ways. What cannot be
 * read as HTTP at all Node refuses before: both lengths, folded headers, bare line feeds (RFC 9112, sections 2.2, 5.2, 6.1).
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { type Problem, sendProblem } from '../problem.ts';

/** How many headers a request may have; a browser sends about 20. */
const MOST_HEADERS = 100;

/** How long the address may be, in characters. */
const LONGEST_ADDRESS = 8_192;

const TOO_LONG: Problem = {
  status: 414,
  title: 'Address too long',
  detail: `An address may have at most ${LONGEST_ADDRESS} characters. Nothing was changed.`,
};

const TOO_MANY: Problem = {
  status: 431,
  title: 'Too many headers',
  detail: `A request may have at most ${MOST_HEADERS} headers. Nothing was changed.`,
};

const TWO_MEANINGS: Problem = {
  status: 400,
  title: 'Bad request',
  detail:
    'The head of the request can be read in more than one way: it needs one Host, and Transfer-Encoding only as ' +
    '"chunked" and in HTTP/1.1. Nothing was changed.',
};

/** Refuses such requests before anything else looks at them, and ends their connections. */
export function refuseHeads(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const problem = problemOfHead(request.raw);
    if (problem) sendProblem(reply, problem, { connection: 'close' });
    else done();
  });
}

/** What is wrong with a head, if anything. Pure. */
function problemOfHead({
  url = '',
  httpVersion,
  headers,
  rawHeaders,
}: Pick<IncomingMessage, 'url' | 'httpVersion' | 'headers' | 'rawHeaders'>): Problem | undefined {
  if (url.length > LONGEST_ADDRESS) return TOO_LONG;
  if (rawHeaders.length > 2 * MOST_HEADERS) return TOO_MANY;
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && (httpVersion !== '1.1' || coding.toLowerCase() !== 'chunked'))
    return TWO_MEANINGS;
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && isHost(name)).length;
  return hosts > 1 || (hosts === 0 && httpVersion === '1.1') ? TWO_MEANINGS : undefined;
}

function isHost(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'host';
}
