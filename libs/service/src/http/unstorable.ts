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

/** So long may a name be, in characters; those of Dynamics have at most 128. */
const LONGEST_NAME = 1_000;

/** So much of a pointer is repeated, in characters. */
const LONGEST_POINTER = 200;

type Fault = NonNullable<Problem['errors']>[number];

const UNSTORABLE =
  'The text holds the character NUL or half of a character (a surrogate without its other half), which cannot be kept.';
const NAME = 'Below this, a name holds the character NUL or half of a character, which cannot be kept.';
const LONG_NAME = `Below this, a name has more than ${LONGEST_NAME} characters.`;
const TOO_DEEP = `This is nested deeper than ${DEEPEST} levels.`;

/** A value of what is looked through, and where it is. */
interface Place {
  value: unknown;
  depth: number;
  name: string;
  /** None for the whole. */
  within: Place | undefined;
}

/** Each place (RFC 6901) in parsed JSON with something of that kind, up to twenty; none in what may go on. Pure. */
export function unstorableIn(whole: unknown): Fault[] {
  const faults: Fault[] = [];
  const waiting: Place[] = [{ value: whole, depth: 0, name: '', within: undefined }];
  for (let place = waiting.pop(); place && faults.length < MOST; place = waiting.pop()) {
    const { value, depth } = place;
    if (typeof value === 'string' && isUnstorable(value)) faults.push(faultAt(place, UNSTORABLE));
    if (typeof value !== 'object' || value === null) continue;
    if (depth === DEEPEST) {
      faults.push(faultAt(place, TOO_DEEP));
      continue;
    }
    for (const [name, inner] of Object.entries(value)) {
      const what = name.length > LONGEST_NAME ? LONG_NAME : isUnstorable(name) ? NAME : undefined;
      if (what === undefined) waiting.push({ value: inner, depth: depth + 1, name, within: place });
      else if (faults.push(faultAt(place, what)) >= MOST) break;
    }
  }
  return faults;
}

function faultAt(place: Place, detail: string): Fault {
  let pointer = '';
  for (let at = place; at.within; at = at.within) pointer = `/${escaped(at.name)}${pointer}`;
  return { pointer: shortPointer(pointer), detail };
}

/** A pointer as it is repeated in an answer: what was sent decides its length. */
export function shortPointer(pointer: string): string {
  return pointer.length > LONGEST_POINTER
    ? `${pointer.slice(0, LONGEST_POINTER - 1).toWellFormed()}…`
    : pointer;
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
