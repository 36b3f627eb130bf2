/** The room of tokens: access tokens for connections, with Entra ID behind. */
import { setTimeout } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { Kysely } from 'kysely';
import { DatabaseClock } from '@leads/database';
import { LOG, type Logger, Outbound, proxyOf, SETTINGS } from '@leads/service';
import type { ConnectionSettings } from '../connections/config.ts';
import { SecretsModule } from '../secrets/secrets.module.ts';
import { Vault } from '../secrets/vault.ts';
import type { CredentialsTables } from '../tables.ts';
import { AccessTokens } from './access-tokens.ts';
import type { TokenSettings } from './config.ts';
import { LiftWaits } from './lift-waits.ts';
import { RateLimiter } from './rate-limiter.ts';
import { datedBy, signIn } from './sign-in.ts';

/** How long an answer may take, in milliseconds: less than the ten seconds for which a writer waits for its token. */
const ANSWER_MS = 8_000;

@Module({
  imports: [SecretsModule],
  controllers: [LiftWaits],
  providers: [
    {
      provide: Outbound,
      inject: [SETTINGS],
      useFactory: (settings: TokenSettings) =>
        new Outbound({
          resolver: settings.MICROSOFT_RESOLVER,
          proxy: proxyOf(settings),
          connections: 32,
          timeoutMs: ANSWER_MS,
          maxBodyBytes: 256 * 1024,
        }),
    },
    {
      provide: AccessTokens,
      inject: [Kysely, Vault, Outbound, LOG, SETTINGS, DatabaseClock],
      useFactory: (
        database: Kysely<CredentialsTables>,
        vault: Vault,
        sender: Outbound,
        log: Logger,
        settings: TokenSettings & ConnectionSettings,
        clock: DatabaseClock,
      ) => {
        const { DYNAMICS_REGIONS: regions, OFFICE365_CLIENT_ID: publicClientId } = settings;
        const { ENTRA_REQUESTS_PER_SECOND: perSecond } = settings;
        return new AccessTokens({
          database,
          ask: datedBy(clock, signIn({ database, vault, sender, regions, publicClientId })),
          limiter: new RateLimiter({ perSecond, now: Date.now, sleep: setTimeout }),
          now: clock.date,
          random: Math.random,
          log,
        });
      },
    },
  ],
  exports: [AccessTokens, Outbound],
})
export class TokensModule {}
