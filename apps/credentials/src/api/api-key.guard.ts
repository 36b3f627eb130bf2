/** Who may use the API: a caller with the service's API key. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '@leads/service';

export const API_KEY = Symbol('api key');

/** Whether a header carries the key; takes the same time for every wrong one. */
export function carriesKey(header: string | undefined, key: string): boolean {
  const given = /^Bearer ([\x21-\x7e]+)$/i.exec(header ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(key));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(@Inject(API_KEY) private readonly key: string) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (carriesKey(headers.authorization, this.key)) return true;
    throw new ProblemError(
      {
        status: 401,
        title: 'Not signed in',
        detail:
          'The request carries no valid API key. Nothing was changed. Send it with the header "Authorization: Bearer <API key>".',
      },
      { 'www-authenticate': 'Bearer realm="credentials"' },
    );
  }
}
