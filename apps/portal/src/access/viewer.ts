/** Who is signed in, as controllers see it; the access module finds out and enforces {@link Allow}. */
import { SetMetadata } from '@nestjs/common';
import type { Role } from '@leads/contracts/portal-api';
import { ProblemError } from '@leads/service';
import type { FastifyRequest } from 'fastify';

/** A signed-in person with a role. */
export interface Viewer {
  userId: string;
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

/** Who makes the request. @throws ProblemError 401 where nobody with a role is signed in */
export function viewerOf(request: FastifyRequest): Viewer {
  const viewer = viewers.get(request);
  if (viewer) return viewer;
  throw new ProblemError({
    status: 401,
    title: 'Not signed in',
    detail: 'Nobody is signed in, or the sign-in has ended. Nothing was changed. Sign in and try again.',
  });
}

/** Where {@link Allow} keeps its roles, for the guard's Reflector. */
export const ALLOWED_ROLES = 'portal: allowed roles';

/** Who may use a route, or every route of a controller; the guard refuses all others, and a route without it. */
export const Allow = (...roles: Role[]): MethodDecorator & ClassDecorator =>
  SetMetadata(ALLOWED_ROLES, roles);
