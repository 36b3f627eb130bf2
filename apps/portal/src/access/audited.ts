/** Marks routes whose use goes into the audit, and writes it there. */
import { own } from '@leads/contracts';
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
import { concatMap, catchError, from, map, type Observable, throwError } from 'rxjs';
import { MINUTE_MS } from '@leads/pacing';
import { LOG, type Logger } from '@leads/service';
import { type AuditEntry, AuditLog, REFUSALS_MS } from './audit-log.ts';
import { knownViewerOf, type Viewer } from './viewer.ts';

/** What a use of a route is called in the audit. */
export interface AuditedAct {
  what: string;
  /** The parameter of the path that holds the id of what it is done to. */
  target?: string;
  /** Done so often that uses alike within some minutes are counted. */
  often?: boolean;
  /** The answer never ends, or shows everybody's to operators: it is written down first. */
  first?: boolean;
}

export const AUDITED = 'portal: audited';

/** So long what is done often is one entry a person and filter. */
const OFTEN_MS = 10 * MINUTE_MS;

/**
 * Writes each use of a route into the audit.
 * @param what a verb and its object, such as `opened the lead`
 * @param target the parameter of the path that holds the id of the object
 */
export const Audited = (what: string, target?: string): MethodDecorator =>
  SetMetadata(AUDITED, { what, ...(target === undefined ? {} : { target }) } satisfies AuditedAct);

/** As {@link Audited} for lists, which are asked for all the time: one entry a person, filter and ten minutes. */
export const AuditedOften = (what: string): MethodDecorator =>
  SetMetadata(AUDITED, { what, often: true } satisfies AuditedAct);

/** As {@link AuditedOften} for a stream: an operator's shows what is everybody's, and each publisher reads so. */
export const AuditedStream = (what: string): MethodDecorator =>
  SetMetadata(AUDITED, { what, often: true, first: true } satisfies AuditedAct);

/** What an answer shows of leads, or an act chose of them. */
export interface Shown {
  filter: Readonly<Record<string, string | undefined>>;
  /** How many leads of which publisher. */
  leads: ReadonlyMap<string, number>;
}

const shownBy = new WeakMap<object, Shown>();

/** Says, for the audit, what the answer to a request shows: each publisher whose leads are in it finds that there. */
export function shows(request: FastifyRequest, shown: Shown): void {
  shownBy.set(request, shown);
}

/** What a request's act was besides; `what` where it came to something else than its route is for. */
type Added = Pick<AuditEntry, 'of' | 'details'> & Partial<Pick<AuditEntry, 'what'>>;

const addedBy = new WeakMap<object, Added>();

/** Says, for the audit, whose a request's act was besides, or why it was done. */
export function adds(request: FastifyRequest, more: Added): void {
  addedBy.set(request, more);
}

/** How many there are of each publisher. */
export function countByPublisher(leads: readonly { publisher: { id: string } }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { publisher } of leads) counts.set(publisher.id, (counts.get(publisher.id) ?? 0) + 1);
  return counts;
}

/** The id in the path that an act is done to. */
export function targetOf(request: FastifyRequest, act: AuditedAct): string | undefined {
  return act.target === undefined ? undefined : own(request.params as Record<string, string>, act.target);
}

/** The id of a connection that was just made: no path has it yet. */
function madeId(answer: unknown): string | undefined {
  const { connectionId } = (answer ?? {}) as { connectionId?: unknown };
  return typeof connectionId === 'string' ? connectionId : undefined;
}

/** One entry, or one for each publisher whose leads an operator was shown. */
function entriesOf(entry: AuditEntry, shown: Shown | undefined): AuditEntry[] {
  if (!shown) return [entry];
  const asked = Object.entries(shown.filter).filter(
    (part): part is [string, string] => part[1] !== undefined,
  );
  const filter = asked.length === 0 ? undefined : Object.fromEntries(asked);
  const one = (leads: number): AuditEntry => ({ ...entry, details: { filter, leads } });
  const all = [...shown.leads];
  if (entry.who.publisherId !== undefined || all.length === 0) {
    return [one(all.reduce((sum, [, leads]) => sum + leads, 0))];
  }
  return all.map(([publisherId, leads]) => ({
    ...one(leads),
    // Of a connection that is not known yet: nobody's.
    of: publisherId === '' ? undefined : { publisherId },
  }));
}

@Injectable()
export class AuditInterceptor implements NestInterceptor {
  private readonly reflector = new Reflector();

  constructor(
    private readonly audit: AuditLog,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const act = this.reflector.get<AuditedAct | undefined>(AUDITED, context.getHandler());
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const who = knownViewerOf(request);
    if (!act || !who) return next.handle();
    if (act.first) return from(this.streamed(act, who)).pipe(concatMap(() => next.handle()));
    const entry = { who, what: act.what, target: targetOf(request, act) };
    return next.handle().pipe(
      catchError((error: unknown) => {
        // Of another publisher, or forbidden by what the controller knows.
        const status = error instanceof HttpException ? error.getStatus() : 500;
        const isRefused = status === 403 || (status === 404 && who.publisherId !== undefined);
        if (!isRefused) return throwError(() => error);
        return from(this.audit.addOften({ ...entry, outcome: 'refused' }, REFUSALS_MS)).pipe(
          concatMap(() => throwError(() => error)),
        );
      }),
      concatMap((answer: unknown) => {
        const target = entry.target ?? madeId(answer);
        const done: AuditEntry = { ...entry, target, outcome: 'done', ...addedBy.get(request) };
        return from(this.write(request, act, entriesOf(done, shownBy.get(request)))).pipe(map(() => answer));
      }),
    );
  }

  private streamed({ what }: AuditedAct, who: Viewer): Promise<void> {
    const of = who.publisherId === undefined ? 'everybody' : undefined;
    return this.audit.addOften({ who, what, outcome: 'done', of }, OFTEN_MS);
  }

  /** Nobody sees what could not be written down; but what has been changed is not called undone for it. */
  private async write({ method }: FastifyRequest, act: AuditedAct, entries: AuditEntry[]): Promise<void> {
    try {
      for (const entry of entries) {
        await (act.often ? this.audit.addOften(entry, OFTEN_MS) : this.audit.add(entry));
      }
    } catch (error) {
      if (method === 'GET' || method === 'HEAD') throw error;
      const targets = entries.map(({ target }) => target);
      this.log.error({ error, what: act.what, targets }, 'a change is missing in the audit');
    }
  }
}
