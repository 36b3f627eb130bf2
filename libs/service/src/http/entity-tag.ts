/** Entity tags (RFC 9110): a resource's version out as ETag, the version that a change was made on in as If-Match. */
import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Observable, tap } from 'rxjs';
import { ProblemError } from '../problem.ts';
import { headerDecorator } from './headers.ts';

/** A version as an entity tag. */
export function etagOf({ version }: { version: number }): string {
  return `"${version}"`;
}

class EtagInterceptor implements NestInterceptor<{ version: number }> {
  intercept(
    context: ExecutionContext,
    next: CallHandler<{ version: number }>,
  ): Observable<{ version: number }> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      tap((answer) => {
        void reply.header('etag', etagOf(answer));
      }),
    );
  }
}

/** Answers with the ETag of what the method returns. */
export const WithEtag = (): (<Method extends (...parameters: never[]) => Promise<{ version: number }>>(
  target: object,
  propertyKey: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void) => applyDecorators(UseInterceptors(new EtagInterceptor()));

/**
 * The version in the header If-Match, a number; `undefined` where any will do.
 *
 * A tag that is none of ours is refused with 412, and with `needed` a request without the header with 428.
 * @param thing what the version is of, as the answers name it
 */
export function IfMatch(thing: string, { needed = false } = {}): ParameterDecorator {
  const header = {
    name: 'If-Match',
    required: needed,
    description: 'The ETag of the version that the change was made on.',
  };
  return headerDecorator(header, (value): number | undefined => {
    if (value === undefined && needed) throw whichVersion(thing);
    const tag = value?.trim();
    if (tag === undefined || tag === '*') return undefined;
    const version = /^"(\d{1,9})"$/.exec(tag)?.[1];
    if (version === undefined) throw notAVersion(thing);
    return Number(version);
  });
}

function whichVersion(thing: string): ProblemError {
  return new ProblemError({
    status: 428,
    title: 'Which version was changed?',
    detail: `Send the ETag of the ${thing} that was read in the header If-Match, so that nobody else is overwritten. Nothing was changed.`,
  });
}

function notAVersion(thing: string): ProblemError {
  return new ProblemError({
    status: 412,
    title: `Not a version of this ${thing}`,
    detail: `The header If-Match does not name a version. Nothing was changed. Read the ${thing} and send its ETag.`,
  });
}
