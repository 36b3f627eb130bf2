/** Marks routes whose use goes into the audit, and writes it there. */
import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { catchError, concatMap, from, map, type Observable, throwError } from 'rxjs';
import { LOG, type Logger } from '@leads/service';
import { AUDIT_LOG, type AuditEntry, type AuditLog } from './audit-log.ts';
import { knownViewerOf } from './viewer.ts';

/** What a use of a route is called in the audit, and which parameter of its path names what it is done to. */
export interface AuditedAct {
  what: string;
  target?: string;
}

export const AUDITED = 'portal: audited';

/**
 * Writes each use of a route into the audit.
 * @param what a verb and its object, such as `opened the lead`
 * @param target the parameter of the path that holds the id of the object
 */
export const Audited = (what: string, target?: string): MethodDecorator =>
  SetMetadata(AUDITED, { what, ...(target === undefined ? {} : { target }) } satisfies AuditedAct);

/** The id in the path that an act is done to. */
export function targetOf(request: FastifyRequest, act: AuditedAct): string | undefined {
  return act.target === undefined ? undefined : (request.params as Record<string, string>)[act.target];
}

/** The id of a connection that was just made: no path has it yet. */
function madeId(answer: unknown): string | undefined {
  const { connectionId } = (answer ?? {}) as { connectionId?: unknown };
  return typeof connectionId === 'string' ? connectionId : undefined;
}

@Injectable()
export class AuditInterceptor implements NestInterceptor {
  private readonly reflector = new Reflector();

  constructor(
    @Inject(AUDIT_LOG) private readonly audit: AuditLog,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const act = this.reflector.get<AuditedAct | undefined>(AUDITED, context.getHandler());
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const who = knownViewerOf(request);
    if (!act || !who) return next.handle();
    const entry = { who, what: act.what, target: targetOf(request, act) };
    return next.handle().pipe(
      catchError((error: unknown) => {
        // Of another publisher, or forbidden by what the controller knows.
        const status = error instanceof HttpException ? error.getStatus() : 500;
        const isRefused = status === 403 || (status === 404 && who.publisherId !== undefined);
        if (!isRefused) return throwError(() => error);
        return from(this.audit.add({ ...entry, outcome: 'refused' })).pipe(
          concatMap(() => throwError(() => error)),
        );
      }),
      concatMap((answer: unknown) =>
        from(
          this.write(request.method, { ...entry, target: entry.target ?? madeId(answer), outcome: 'done' }),
        ).pipe(map(() => answer)),
      ),
    );
  }

  /** Nobody sees what could not be written down; but what has been changed is not called undone for it. */
  private async write(method: string, entry: AuditEntry): Promise<void> {
    try {
      await this.audit.add(entry);
    } catch (error) {
      if (method === 'GET' || method === 'HEAD') throw error;
      this.log.error({ error, what: entry.what, target: entry.target }, 'a change is missing in the audit');
    }
  }
}
