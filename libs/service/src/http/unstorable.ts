/**
 * What of a request no service can keep, pass on or look for: PostgreSQL knows neither NUL nor half a character, and
 * what is nested without end is read by nothing that calls itself for each level. Refused at the door, by every service
 * alike, before a statement or a peer fails of it.
 */
import type { FastifyInstance } from 'fastify';
import type { Problem } from '../problem.ts';
import { sendProblem } from '../problem.ts';

/** So deep may a body be nested; what is asked for anywhere is below ten. */
export const DEEPEST = 64;

/** So many faults are named. */
const MOST = 20;

type Fault = NonNullable<Problem['errors']>[number];

const UNSTORABLE =
  'The text holds the character NUL or half of a character (a surrogate without its other half), which cannot be kept.';
const NAME = 'Below this, a name holds the character NUL or half of a character, which cannot be kept.';
const TOO_DEEP = `This is nested deeper than ${DEEPEST} levels.`;

/** Each place (RFC 6901) in parsed JSON with something of that kind, up to twenty; none in what may go on. Pure. */
export function unstorableIn(whole: unknown): Fault[] {
  const faults: Fault[] = [];
  const waiting: { value: unknown; pointer: string; depth: number }[] = [
    { value: whole, pointer: '', depth: 0 },
  ];
  for (let next = waiting.pop(); next && faults.length < MOST; next = waiting.pop()) {
    const { value, pointer, depth } = next;
    if (typeof value === 'string' && isUnstorable(value)) faults.push({ pointer, detail: UNSTORABLE });
    if (typeof value !== 'object' || value === null) continue;
    if (depth === DEEPEST) {
      faults.push({ pointer, detail: TOO_DEEP });
      continue;
    }
    for (const [name, inner] of Object.entries(value)) {
      if (isUnstorable(name)) faults.push({ pointer, detail: NAME });
      else waiting.push({ value: inner, pointer: `${pointer}/${escaped(name)}`, depth: depth + 1 });
    }
  }
  return faults;
}

/** Answers requests with such a body (422) or query (400) before they come to a route. */
export function refuseUnstorable(fastify: FastifyInstance): void {
  fastify.addHook('preHandler', (request, reply, done) => {
    const inQuery = unstorableIn(request.query);
    if (inQuery.length > 0) return sendProblem(reply, problemOf(400, inQuery));
    const inBody = unstorableIn(request.body);
    if (inBody.length > 0) return sendProblem(reply, problemOf(422, inBody));
    done();
  });
}

function problemOf(status: 400 | 422, errors: Fault[]): Problem {
  return {
    status,
    title: status === 400 ? 'The address is not usable' : 'Not text that can be kept',
    detail: 'Correct what is named below. Nothing was changed.',
    errors,
  };
}

function isUnstorable(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
