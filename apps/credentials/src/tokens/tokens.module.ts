/** The room of tokens: requests over Kafka in, sealed answers out, Entra ID behind. */
import { setTimeout } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Publisher } from '@leads/kafka';
import { DATABASE, LOG, type Logger, Outbound, PUBLISHER } from '@leads/service';
import { config } from '../config.ts';
import type { IssueTokenOptions } from '../issue-token.ts';
import { SecretsModule } from '../secrets/secrets.module.ts';
import { Vault } from '../secrets/vault.ts';
import type { CredentialsTables } from '../tables.ts';
import { AccessTokens } from './access-tokens.ts';
import { Pace } from './pace.ts';
import { signIn } from './sign-in.ts';
import { ISSUE_TOKEN_OPTIONS, TokenRequestsController } from './token-requests.controller.ts';

const now = (): Date => new Date();

@Module({
  imports: [SecretsModule],
  controllers: [TokenRequestsController],
  providers: [
    {
      provide: Outbound,
      useFactory: () =>
        new Outbound({
          resolver: config.MICROSOFT_RESOLVER,
          connections: 32,
          timeoutMs: 15_000,
          maxBodyBytes: 256 * 1024,
        }),
    },
    {
      provide: AccessTokens,
      inject: [DATABASE, Vault, Outbound, LOG],
      useFactory: (database: Kysely<CredentialsTables>, vault: Vault, outbound: Outbound, log: Logger) => {
        const { DYNAMICS_REGIONS: regions, OFFICE365_CLIENT_ID: publicClientId } = config;
        const ask = signIn({ database, vault, sender: outbound, regions, publicClientId });
        const pace = new Pace({
          perSecond: config.ENTRA_REQUESTS_PER_SECOND,
          now: Date.now,
          sleep: setTimeout,
        });
        return new AccessTokens({ database, ask, pace, now, random: Math.random, log });
      },
    },
    {
      provide: ISSUE_TOKEN_OPTIONS,
      inject: [DATABASE, AccessTokens, PUBLISHER, LOG],
      useFactory: (
        database: Kysely<CredentialsTables>,
        accessTokens: AccessTokens,
        publisher: Publisher,
        log: Logger,
      ): IssueTokenOptions => {
        const requesterKeys = config.REQUESTER_KEYS_FILE;
        return { database, accessTokens, requesterKeys, publisher, log, now };
      },
    },
  ],
  exports: [AccessTokens, Outbound],
})
export class TokensModule {}
