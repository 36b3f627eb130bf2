/** What went wrong with a request, in words: what happened, whether anything is lost, and what to do. */

/** One field at fault: a JSON pointer into what was sent, and a sentence. */
export interface FieldFault {
  pointer: string;
  detail: string;
}

/** `unreachable`: no answer came; `signed-out`: the session has ended; `refused`: the server said why. */
export type ProblemKind = 'unreachable' | 'signed-out' | 'refused';

export interface ProblemFacts {
  kind: ProblemKind;
  /** The HTTP status; 0 where there was no answer. */
  status: number;
  title: string;
  detail: string;
  errors?: FieldFault[];
}

/** The only kind of error that the functions of `api.ts` throw. */
export class ApiProblem extends Error implements ProblemFacts {
  override readonly name = 'ApiProblem';
  readonly kind: ProblemKind;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: FieldFault[];

  constructor({ kind, status, title, detail, errors = [] }: ProblemFacts) {
    super(`${title}: ${detail}`);
    this.kind = kind;
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
  }

  /** Whether the same request may well succeed a little later. */
  get isTransient(): boolean {
    return this.kind === 'unreachable' || [429, 502, 503, 504].includes(this.status);
  }

  /** Whether somebody else has changed meanwhile what was to be changed. */
  get isConflict(): boolean {
    return this.status === 412 || this.status === 428;
  }
}

/** No answer came: the network, or the portal itself, is away. */
export function problemOfSilence(method: string): ApiProblem {
  const title = 'The portal cannot be reached';
  const detail =
    method === 'GET'
      ? 'Nothing is lost: leads are taken in and delivered without this page. Check the network connection; it is tried again by itself.'
      : 'It is not known whether this was done. What you entered is still here. Check the network connection, look whether it was done, and try again if not.';
  return new ApiProblem({ kind: 'unreachable', status: 0, title, detail });
}

/** The session has ended, or there never was one. */
function problemOfSignedOut(method: string): ApiProblem {
  const detail =
    method === 'GET'
      ? 'Sign in again to go on where you were.'
      : 'Nothing was changed, and what you entered is still here. Sign in again in another tab, then repeat this.';
  return new ApiProblem({ kind: 'signed-out', status: 401, title: 'You are signed out', detail });
}

/**
 * Reads an answer that is no success.
 * @param body what came, parsed as JSON where it is JSON (RFC 9457 expected), `undefined` otherwise
 */
export function problemOfAnswer(method: string, status: number, body: unknown): ApiProblem {
  if (status === 401) return problemOfSignedOut(method);
  const told = isRecord(body) ? body : {};
  const title = textOf(told['title']) ?? titleOfStatus(status);
  const detail = textOf(told['detail']) ?? detailOfStatus(method, status);
  return new ApiProblem({ kind: 'refused', status, title, detail, errors: faultsIn(told['errors']) });
}

/** Any error as one to be shown: what is no `ApiProblem` is a mistake of the console's own. */
export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem({
    kind: 'refused',
    status: 0,
    title: 'This page has made a mistake',
    detail: `Nothing on the server was changed by it. Reload the page; if it happens again, tell the operators: ${String(error)}`,
  });
}

function titleOfStatus(status: number): string {
  if (status === 403) return 'Not allowed';
  if (status === 404) return 'Not found';
  if (status === 429) return 'Too many requests';
  return status >= 500 ? 'The portal cannot answer just now' : 'The portal refused this';
}

function detailOfStatus(method: string, status: number): string {
  const kept =
    method === 'GET'
      ? 'Nothing is lost.'
      : status >= 500
        ? 'It is not known whether this was done.'
        : 'Nothing was changed.';
  if (status === 403) return `${kept} Your role does not permit this. Ask an owner of your publisher.`;
  if (status === 404) return `${kept} It may have been deleted. Go back and look for it.`;
  if (status === 429) return `${kept} Wait a minute, then try again.`;
  return `${kept} Try again in a minute; if it stays so, tell the operators (status ${status}).`;
}

function faultsIn(errors: unknown): FieldFault[] {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    if (!isRecord(error)) return [];
    const detail = textOf(error['detail']);
    return detail === undefined ? [] : [{ pointer: textOf(error['pointer']) ?? '', detail }];
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
