/**
 * What a request carries, checked by a zod schema before the route's method is called: Nest's own decorators with
 * the schema in them, so that the API's document is made of the very schema that checks.
 */
import { Body, Param, Query, StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';
import { type Problem, ProblemError } from '../problem.ts';
import { shortPointer } from './unstorable.ts';

/** What zod found wrong, as the refusals below get it. */
export type Issues = readonly z.core.$ZodIssue[];

/** An id in a path: any UUID, in lower case from here on. */
const Id = z.guid().toLowerCase();

/** As people write numbers, and nothing else that JavaScript takes for one: `0x10`, `1e2`, a blank. */
const DIGITS = /^(0|[1-9]\d{0,14})$/;

/** A whole number in a path or a query. @param usual where it is left out */
export function wholeNumber(least: number, most: number, usual?: number): z.ZodType<number> {
  const number = z.int('Send a whole number, in digits.').min(least).max(most);
  return z.preprocess(
    (text) => (typeof text === 'string' && DIGITS.test(text) ? Number(text) : text),
    // Within, for the document does not have what stands around.
    usual === undefined ? number : number.default(usual),
  );
}

/**
 * The id in the path under this name. What cannot be an id is answered like the id of nothing.
 * @param unknown makes the answer, a 404
 */
export function IdParam(name: string, unknown: () => ProblemError): ParameterDecorator {
  return CheckedParam(name, Id, unknown);
}

/** What else the path has under this name, as the schema makes it. @param refuse makes the answer for the rest */
export function CheckedParam(
  name: string,
  schema: z.ZodType,
  refuse: () => ProblemError,
): ParameterDecorator {
  return Param(name, { schema, pipes: [checking(refuse)] });
}

/** The whole query, as the schema makes it. What it refuses is answered with 400, each parameter at fault named. */
export function CheckedQuery(
  schema: z.ZodType,
  refuse: (issues: Issues) => ProblemError = unusableAddress,
): ParameterDecorator {
  return Query({ schema, pipes: [checking(refuse)] });
}

/** The body, as the schema makes it. @param refuse makes the answer for a body that it refuses, a 422 */
export function CheckedBody(schema: z.ZodType, refuse: (issues: Issues) => ProblemError): ParameterDecorator {
  return Body({ schema, pipes: [checking(refuse)] });
}

/** So many faults are named, each with so many characters of what is said of it: what was sent decides both. */
const MOST = 100;
const LONGEST_DETAIL = 1_000;

/** Where each fault is (RFC 6901) and what: the `errors` of a problem, the first hundred. */
export function errorsOf(issues: Issues): NonNullable<Problem['errors']> {
  return issues
    .slice(0, MOST)
    .flatMap(({ path, message, ...issue }) =>
      (issue.code === 'unrecognized_keys'
        ? issue.keys.slice(0, MOST).map((key) => [...path, key])
        : [path]
      ).map((at) => ({
        pointer: shortPointer(pointerTo(at)),
        detail: message.slice(0, LONGEST_DETAIL).toWellFormed(),
      })),
    )
    .slice(0, MOST);
}

function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Nest's pipe checks the schema of the decorator it stands in; what it throws is ours. */
function checking(refuse: (issues: Issues) => ProblemError): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({ exceptionFactory: (issues) => refuse(issues as Issues) });
}

function unusableAddress(issues: Issues): ProblemError {
  return new ProblemError({
    status: 400,
    title: 'The address is not usable',
    detail: 'Some parameters are not as they should be; each is named below. Nothing was changed.',
    errors: errorsOf(issues),
  });
}
