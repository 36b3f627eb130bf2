/** Lets a request through to a controller only where the route says who may: everything else is refused. */
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Role } from '@leads/contracts/portal-api';
import { HealthController, type Problem, ProblemError } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { AuditLog, REFUSALS_MS } from './audit-log.ts';
import { AUDITED, type AuditedAct, targetOf } from './audited.ts';
import { isFromElsewhere } from './cross-site.ts';
import type { Person } from './person.ts';
import { Publishers } from './publishers.ts';
import { carriesCsrfToken, personOfSession } from './session.ts';
import { ALLOWED, type Allowed, notSignedIn, setViewer, type Viewer } from './viewer.ts';

export const GUARD_OPTIONS = Symbol('guard options');

export interface GuardOptions {
  publicUrl: string;
}

@Injectable()
export class AccessGuard implements CanActivate {
  private readonly reflector = new Reflector();

  constructor(
    private readonly publishers: Publishers,
    private readonly audit: AuditLog,
    @Inject(GUARD_OPTIONS) private readonly options: GuardOptions,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const allowed = this.allowedOf(context);
    if (allowed === 'anybody') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const person = personOfSession(request);
    if (!person) throw notSignedIn();
    const viewer = await this.viewerOf(person);
    const problem =
      refusalOf(allowed, person, viewer) ??
      (changes(request) ? forgeryOf(request, this.options.publicUrl) : undefined);
    if (problem) {
      await this.writeDown(context, request, person, viewer);
      throw new ProblemError(problem);
    }
    if (viewer) setViewer(request, viewer);
    return true;
  }

  private allowedOf(context: ExecutionContext): Allowed {
    // Of a library that knows nothing of roles; it says whether the service runs, and counts.
    if (context.getClass() === HealthController) return 'anybody';
    const places = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<Allowed | undefined>(ALLOWED, places) ?? [];
  }

  /** `undefined` for whoever has no role, or acts for a directory that is no publisher's yet. */
  private async viewerOf({ role, directoryId, userId, name, email }: Person): Promise<Viewer | undefined> {
    if (role === undefined) return undefined;
    if (role === 'operator') return { userId, directoryId, name, email, role };
    const publisher = await this.publishers.ofDirectory(directoryId);
    return publisher && { userId, directoryId, name, email, role, publisherId: publisher.id };
  }

  /** Whoever acts for nobody leaves one entry a minute, whatever they ask for; others one for each route. */
  private writeDown(
    context: ExecutionContext,
    request: FastifyRequest,
    person: Person,
    viewer: Viewer | undefined,
  ): Promise<void> {
    if (!viewer) {
      const what = person.role === undefined ? 'asked without a role' : 'asked without a publisher';
      return this.audit.addOften({ who: person, what, outcome: 'refused' }, REFUSALS_MS);
    }
    const act = this.reflector.get<AuditedAct | undefined>(AUDITED, context.getHandler());
    // The route's pattern, not the address: that may hold anything.
    const what = act?.what ?? `asked for ${request.method} ${request.routeOptions.url ?? ''}`;
    const target = act && targetOf(request, act);
    return this.audit.addOften({ who: viewer, what, target, outcome: 'refused' }, REFUSALS_MS);
  }
}

function changes({ method }: FastifyRequest): boolean {
  return !['GET', 'HEAD'].includes(method);
}

/** Why somebody who is signed in may not. */
function refusalOf(allowed: Allowed, person: Person, viewer: Viewer | undefined): Problem | undefined {
  if (allowed === 'signed-in' || allowed === 'anybody') return undefined;
  if (allowed === 'any owner') {
    if (person.role === 'owner') return undefined;
    return {
      status: 403,
      title: 'Not allowed',
      detail:
        'Only an owner (Publisher.Owner) of a directory can ask for its publisher. Nothing was changed. An administrator of your directory gives that role in the Microsoft Entra admin center under Enterprise applications > this application > Users and groups.',
    };
  }
  if (person.role === undefined) {
    return refused(
      'No role',
      `${person.email} is signed in and has not been given a role. Ask an administrator of your directory to open Microsoft Entra admin center > Enterprise applications > this application > Users and groups, to add you with the role Publisher.Owner or Publisher.Reader there, and then sign in again.`,
    );
  }
  if (!viewer) {
    return refused(
      'No publisher yet',
      'Your directory has not been registered as a publisher, or its registration waits for the operators. An owner asks for it on the first page after signing in.',
    );
  }
  if (allowed.includes(viewer.role)) return undefined;
  return refused('Not allowed', `${whoMay(allowed)} Yours is ${roleWords[viewer.role]}.`);
}

const roleWords: Record<Role, string> = {
  operator: 'operator',
  owner: 'owner (Publisher.Owner)',
  reader: 'reader (Publisher.Reader)',
};

function whoMay(roles: readonly Role[]): string {
  if (roles.length === 0) return 'No role may do this.';
  return `This needs the role ${roles.map((role) => roleWords[role]).join(' or ')}; an administrator of your directory gives it in the Microsoft Entra admin center under Enterprise applications > this application > Users and groups.`;
}

/** Why a change cannot be known to come from a page of the portal's own. */
function forgeryOf(request: FastifyRequest, publicUrl: string): Problem | undefined {
  if (isFromElsewhere(request.headers, publicUrl)) {
    return refused(
      'From another site',
      `Changes are taken from pages of ${publicUrl} alone. Open the portal there.`,
    );
  }
  if (carriesCsrfToken(request)) return undefined;
  return refused(
    'Not from this sign-in',
    'The request does not carry the token of your sign-in (header X-CSRF-Token, from GET /api/session). Reload the page and try again.',
  );
}

function refused(title: string, detail: string): Problem {
  return { status: 403, title, detail: `${detail} Nothing was changed.` };
}
