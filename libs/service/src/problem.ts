/** Errors over HTTP as application/problem+json (RFC 9457), in sentences a person understands. */
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch, HttpException, HttpStatus } from '@nestjs/common';
import { DatabaseAway } from '@leads/database';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { traceIdOf } from './http/trace.ts';
import type { Logger } from './log.ts';

export interface Problem {
  status: number;
  title: string;
  /** What happened, whether anything is lost, and what to do. */
  detail: string;
  /** One entry a fault of the request: where (a JSON pointer) and what. */
  errors?: { pointer: string; detail: string }[];
}

/** Thrown by a controller to answer with a problem. */
export class ProblemError extends HttpException {
  constructor(
    readonly problem: Problem,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(problem, problem.status);
  }
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** A problem as it is sent. @param traceId of its request, where that has one */
export function problemText(problem: Problem, traceId?: string): string {
  return JSON.stringify({ type: 'about:blank', ...problem, traceId });
}

/** Writes a problem as the answer. */
export function sendProblem(
  reply: FastifyReply,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): void {
  reply
    .status(problem.status)
    .headers(headers)
    .type(PROBLEM_TYPE)
    .send(problemText(problem, traceIdOf(reply.request)));
}

/** The answer at an address that nothing listens at. */
export const NOTHING_HERE: Problem = {
  status: 404,
  title: 'Not found',
  detail: 'There is nothing at this address. Nothing was changed.',
};

/** The answer while the database is away: a change may have been made all the same. */
const DATABASE_AWAY: Problem = {
  status: 503,
  title: 'Not possible at the moment',
  detail:
    'Our database does not answer. Nothing that was there before is lost; whether a change was made is not known. Wait a few seconds, look, and try again.',
};
const RETRY_AFTER_SECONDS = 5;

/** The problem that stands for an error of the framework; `undefined` for one of ours that nobody foresaw. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof ProblemError) return error.problem;
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown }).statusCode;
  switch (status) {
    case 400:
      return { status, title: 'Bad request', detail: 'The request is not well formed. Nothing was changed.' };
    case 404:
      return NOTHING_HERE;
    case 413:
      return {
        status,
        title: 'Body too large',
        detail: 'The body is larger than this address takes. Nothing was changed.',
      };
    case 415:
      return {
        status,
        title: 'Unsupported content type',
        detail: 'Send the body as application/json. Nothing was changed.',
      };
    default:
      return undefined;
  }
}

/** Turns whatever a controller throws into a problem; what nobody foresaw is logged and says nothing of the inside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    if (error instanceof HttpException && error.getStatus() === 503 && !(error instanceof ProblemError)) {
      reply.status(503).send(error.getResponse());
      return;
    }
    const problem = problemOf(error);
    if (problem) {
      sendProblem(reply, problem, error instanceof ProblemError ? error.headers : {});
      return;
    }
    // The route's pattern, not the address: an address can hold a key.
    const asked = { method: request.method, route: request.routeOptions.url };
    if (error instanceof DatabaseAway) {
      // PostgreSQL's own messages can quote values; its code says enough.
      this.log.warn({ ...asked, cause: error.code ?? error.message }, 'a request failed: no database');
      sendProblem(reply, DATABASE_AWAY, { 'retry-after': String(RETRY_AFTER_SECONDS) });
      return;
    }
    this.log.error({ error, ...asked }, 'a request failed unexpectedly');
    sendProblem(reply, {
      status: HttpStatus.INTERNAL_SERVER_ERROR,
      title: 'Unexpected error',
      detail: 'Something went wrong on our side and the request was not carried out. Please send it again.',
    });
  }
}
