/** Who may come in: sign-in, sessions, the guard before every route, and the audit of what was done. */
import {
  Global,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import type { Kysely } from 'kysely';
import { DATABASE, LOG, type Logger, Outbound } from '@leads/service';
import { config } from '../config.ts';
import { CREDENTIALS, type Credentials } from '../connections/credentials.ts';
import { ConnectionsModule } from '../connections/connections.module.ts';
import type { PortalTables } from '../tables.ts';
import { AUDIT_LOG, AuditLog } from './audit-log.ts';
import { AuditController } from './audit.controller.ts';
import { AuditInterceptor } from './audited.ts';
import { AccessGuard, GUARD_OPTIONS, type GuardOptions } from './guard.ts';
import { PUBLISHERS, Publishers } from './publishers.ts';
import { forgetEndedSessions } from './session-store.ts';
import { type HasConnections, KNOWN_CONNECTIONS, SessionController } from './session.controller.ts';
import { SignInController } from './sign-in.controller.ts';
import { SignIn } from './sign-in.ts';

const FORGET_EVERY_MS = 10 * 60_000;

@Global()
@Module({
  imports: [ConnectionsModule],
  controllers: [SignInController, SessionController, AuditController],
  providers: [
    {
      provide: SignIn,
      useFactory: () =>
        new SignIn({
          authority: config.SIGN_IN_AUTHORITY,
          clientId: config.SIGN_IN_CLIENT_ID,
          clientSecret: config.SIGN_IN_CLIENT_SECRET_FILE,
          publicUrl: config.PORTAL_PUBLIC_URL,
          operatorDirectoryId: config.OPERATOR_DIRECTORY_ID,
          browserOrigin: config.SIGN_IN_BROWSER_ORIGIN,
          outbound: new Outbound({
            resolver: config.MICROSOFT_RESOLVER,
            connections: 10,
            timeoutMs: 10_000,
            maxBodyBytes: 1024 * 1024,
          }),
          now: () => new Date(),
        }),
    },
    {
      provide: PUBLISHERS,
      inject: [DATABASE],
      useFactory: (database: Kysely<PortalTables>) => new Publishers(database),
    },
    {
      provide: AUDIT_LOG,
      inject: [DATABASE],
      useFactory: (database: Kysely<PortalTables>) => new AuditLog(database),
    },
    {
      provide: KNOWN_CONNECTIONS,
      inject: [CREDENTIALS],
      useFactory:
        (credentials: Credentials): HasConnections =>
        (publisherId) =>
          credentials.hasConnectionsOf(publisherId),
    },
    {
      provide: GUARD_OPTIONS,
      useValue: { publicUrl: config.PORTAL_PUBLIC_URL, now: () => new Date() } satisfies GuardOptions,
    },
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
  ],
  exports: [AUDIT_LOG, PUBLISHERS],
})
export class AccessModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Kysely<PortalTables>,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      forgetEndedSessions(this.database, new Date()).catch((error: unknown) =>
        this.log.warn({ error }, 'ended sessions could not be removed; it is tried again'),
      );
    }, FORGET_EVERY_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }
}
