/** Some controllers of the portal alone, over HTTP, for whom a header names: who may come in is not their matter. */
import type { CanActivate, ExecutionContext, Provider, Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { DatabaseClock } from '@leads/database';
import { LOG, ProblemFilter } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { setViewer } from '../access/viewer.ts';

/** Says who asks: `operator`, or the id of a publisher whose owner it is. */
export const WHO = 'x-who';

class ByHeader implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const who = String(request.headers[WHO]);
    const person = { userId: who, directoryId: who, name: who, email: `${who}@example.com` };
    setViewer(
      request,
      who === 'operator' ? { ...person, role: 'operator' } : { ...person, role: 'owner', publisherId: who },
    );
    return true;
  }
}

/** Starts them; with `app.getUrl()` they are called. */
export async function serveAlone(
  controllers: Type[],
  providers: Provider[],
): Promise<NestFastifyApplication> {
  const silent = { warn: () => undefined, error: () => undefined, info: () => undefined };
  const module = await Test.createTestingModule({
    controllers,
    providers: [
      { provide: LOG, useValue: silent },
      { provide: DatabaseClock, useValue: { date: () => new Date() } },
      { provide: APP_GUARD, useClass: ByHeader },
      ...providers,
    ],
  }).compile();
  const adapter = new FastifyAdapter({ forceCloseConnections: 'idle' });
  const app = module.createNestApplication<NestFastifyApplication>(adapter, { logger: false });
  app.useGlobalFilters(
    new ProblemFilter(silent as unknown as ConstructorParameters<typeof ProblemFilter>[0]),
  );
  await app.listen(0, '127.0.0.1');
  return app;
}
