/** Whose rows a person may see. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type RawBuilder, sql, type SqlBool } from 'kysely';
import { ProblemError } from '@leads/service';
import { type Viewer, viewerOf } from './viewer.ts';

/** `everybody` for operators; others see their own publisher's rows, and without a publisher none. */
export type Scope = 'everybody' | { publisherId: string };

function scopeOf({ role, publisherId }: Pick<Viewer, 'role' | 'publisherId'>): Scope {
  // No publisher has an empty id.
  return role === 'operator' ? 'everybody' : { publisherId: publisherId ?? '' };
}

/** A route's parameter: whose rows whoever makes the request may see, a {@link Scope}. */
export const CurrentScope = createParamDecorator((_: unknown, context: ExecutionContext) =>
  scopeOf(viewerOf(context.switchToHttp().getRequest<FastifyRequest>())),
);

/** The condition that keeps to the scope, on a column that holds a publisher's id. */
export function within(scope: Scope, column: string): RawBuilder<SqlBool> {
  return scope === 'everybody' ? sql`true` : sql`${sql.ref(column)} = ${scope.publisherId}`;
}

/** What is answered for ids of nothing and for those of others alike, so that nobody can tell which are in use. */
export function notFound(
  what: 'lead' | 'offer' | 'validation' | 'replay' | 'incident' | 'post',
): ProblemError {
  return new ProblemError({
    status: 404,
    title: 'Not found',
    detail: `There is no such ${what} among yours. Nothing was changed. It may have been removed: go back to the list.`,
  });
}
