/** Who is signed in, as controllers see it; the guard finds out and enforces {@link Allow}. */
import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Role } from '@leads/contracts/portal-api';
import { ProblemError } from '@leads/service';
import type { FastifyRequest } from 'fastify';

/** A signed-in person with a role. */
export interface Viewer {
  userId: string;
  directoryId: string;
  name: string;
  email: string;
  role: Role;
  /** Whose rows they may see; absent for operators, who see everybody's. */
  publisherId?: string;
}

const viewers = new WeakMap<object, Viewer>();

/** Remembers who makes a request; called by the guard alone, before any controller. */
export function setViewer(request: FastifyRequest, viewer: Viewer): void {
  viewers.set(request, viewer);
}

/** Who makes the request, where that is somebody with a role. */
export function knownViewerOf(request: FastifyRequest): Viewer | undefined {
  return viewers.get(request);
}

/** Who makes the request. @throws ProblemError 401 where nobody with a role is signed in */
export function viewerOf(request: FastifyRequest): Viewer {
  const viewer = viewers.get(request);
  if (viewer) return viewer;
  throw notSignedIn();
}

/** A route's parameter: who makes the request, a {@link Viewer}. */
export const CurrentViewer = createParamDecorator((_: unknown, context: ExecutionContext) =>
  viewerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

export function notSignedIn(): ProblemError {
  return new ProblemError({
    status: 401,
    title: 'Not signed in',
    detail: 'Nobody is signed in, or the sign-in has ended. Nothing was changed. Sign in and try again.',
  });
}

/**
 * `signed-in`: whoever is, with or without a role; `any owner`: of a directory that is no publisher's yet too;
 * `anybody`: without signing in.
 */
export type Allowed = readonly Role[] | 'signed-in' | 'any owner' | 'anybody';

/** Where {@link Allow} keeps who is allowed, for the guard's Reflector. */
export const ALLOWED = 'portal: allowed';

/** Who may use a route, or every route of a controller; the guard refuses all others, and a route without it. */
export const Allow = (...roles: Role[]): MethodDecorator & ClassDecorator => SetMetadata(ALLOWED, roles);

/** A route for whoever is signed in, whether they have a role or not. */
export const AllowSignedIn = (): MethodDecorator & ClassDecorator => SetMetadata(ALLOWED, 'signed-in');

/** A route for owners, whether their directory is a publisher's yet or not. */
export const AllowAnyOwner = (): MethodDecorator & ClassDecorator => SetMetadata(ALLOWED, 'any owner');

/** A route that needs no sign-in. */
export const AllowAnybody = (): MethodDecorator & ClassDecorator => SetMetadata(ALLOWED, 'anybody');
