/** The room of Validate: starts it over HTTP, tells of it over Kafka. */
import { Module } from '@nestjs/common';
import type { Publisher } from '@leads/kafka';
import { Outbound, PUBLISHER } from '@leads/service';
import { config } from '../config.ts';
import { ConnectionsModule } from '../connections/connections.module.ts';
import { AccessTokens } from '../tokens/access-tokens.ts';
import { TokensModule } from '../tokens/tokens.module.ts';
import type { ValidateOptions } from '../validate-connection.ts';
import { VALIDATE_OPTIONS, ValidationsController } from './validations.controller.ts';

@Module({
  imports: [ConnectionsModule, TokensModule],
  controllers: [ValidationsController],
  providers: [
    {
      provide: VALIDATE_OPTIONS,
      inject: [AccessTokens, Outbound, PUBLISHER],
      useFactory: (accessTokens: AccessTokens, sender: Outbound, publisher: Publisher): ValidateOptions => ({
        accessTokens,
        sender,
        publisher,
        regions: config.DYNAMICS_REGIONS,
        now: () => new Date(),
      }),
    },
  ],
})
export class ValidationModule {}
