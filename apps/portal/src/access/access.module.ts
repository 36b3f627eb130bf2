/** Who may come in: sign-in, sessions, the guard before every route, and the audit of what was done. */
import { Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { DatabaseClock } from '@leads/database';
import { Outbound, proxyOf, SETTINGS } from '@leads/service';
import type { Settings } from '../config.ts';
import { CredentialsApiModule } from '../credentials-api/credentials-api.module.ts';
import { AuditLog } from './audit-log.ts';
import { AuditController } from './audit.controller.ts';
import { AuditInterceptor } from './audited.ts';
import { AccessGuard, GUARD_OPTIONS, type GuardOptions } from './guard.ts';
import { PendingSignIns } from './pending-sign-ins.ts';
import { PublisherDomainsController } from './publisher-domains.controller.ts';
import { PublisherRequestsController } from './publisher-requests.controller.ts';
import { PublisherRequests } from './publisher-requests.ts';
import { Publishers } from './publishers.ts';
import { QuotaGuard, QUOTAS, type Quotas } from './quotas.ts';
import { SessionController } from './session.controller.ts';
import { SettleRepeats } from './settle-repeats.ts';
import { SignInController } from './sign-in.controller.ts';
import { SignIn } from './sign-in.ts';
import { UsageController } from './usage.controller.ts';

@Module({
  imports: [CredentialsApiModule],
  controllers: [
    SignInController,
    SessionController,
    PublisherRequestsController,
    PublisherDomainsController,
    UsageController,
    AuditController,
  ],
  providers: [
    {
      provide: SignIn,
      inject: [SETTINGS, DatabaseClock],
      useFactory: (settings: Settings, clock: DatabaseClock) =>
        new SignIn({
          authority: settings.SIGN_IN_AUTHORITY,
          clientId: settings.SIGN_IN_CLIENT_ID,
          clientSecret: settings.SIGN_IN_CLIENT_SECRET_FILE,
          publicUrl: settings.PORTAL_PUBLIC_URL,
          operatorDirectoryId: settings.OPERATOR_DIRECTORY_ID,
          browserOrigin: settings.SIGN_IN_BROWSER_ORIGIN,
          outbound: new Outbound({
            resolver: settings.MICROSOFT_RESOLVER,
            proxy: proxyOf(settings),
            connections: 10,
            timeoutMs: 10_000,
            maxBodyBytes: 1024 * 1024,
          }),
          now: clock.date,
        }),
    },
    {
      provide: PendingSignIns,
      inject: [SETTINGS],
      useFactory: (settings: Settings) =>
        new PendingSignIns({ publicUrl: settings.PORTAL_PUBLIC_URL, sessionKey: settings.SESSION_KEY_FILE }),
    },
    Publishers,
    PublisherRequests,
    AuditLog,
    SettleRepeats,
    {
      provide: GUARD_OPTIONS,
      inject: [SETTINGS],
      useFactory: (settings: Settings): GuardOptions => ({
        publicUrl: settings.PORTAL_PUBLIC_URL,
      }),
    },
    {
      provide: QUOTAS,
      inject: [SETTINGS],
      useFactory: (settings: Settings): Quotas => ({
        connections: settings.PUBLISHER_CONNECTIONS,
        saves: settings.PUBLISHER_SAVES_PER_HOUR,
        validates: settings.PUBLISHER_VALIDATES_PER_HOUR,
        searches: settings.PUBLISHER_SEARCHES_PER_HOUR,
        exports: settings.PUBLISHER_EXPORTS_PER_HOUR,
        replays: settings.PUBLISHER_REPLAYS_PER_HOUR,
      }),
    },
    { provide: APP_GUARD, useClass: AccessGuard },
    // After it: only who is let in is counted.
    { provide: APP_GUARD, useClass: QuotaGuard },
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
  ],
  exports: [Publishers],
})
export class AccessModule {}
