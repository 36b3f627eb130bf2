/** Dynamics 365, and the tokens that open it. */
import { Module } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { DatabaseClock } from '@leads/database';
import { Publisher } from '@leads/kafka';
import { INSTANCE_ID, SETTINGS } from '@leads/service';
import type { Settings } from './config.ts';
import { DynamicsDestination } from './dynamics-destination.ts';
import { ReceiveTokens } from './tokens/receive-tokens.ts';
import { Tokens } from './tokens/tokens.ts';

@Module({
  controllers: [ReceiveTokens],
  providers: [
    DynamicsDestination,
    {
      provide: Tokens,
      inject: [Publisher, INSTANCE_ID, SETTINGS, DatabaseClock],
      useFactory: (publisher: Publisher, instance: string, settings: Settings, { now }: DatabaseClock) =>
        new Tokens({
          send: (requested) => publisher.publish(topics.tokensRequested, [requested]),
          instance,
          signingKey: settings.REQUESTER_SIGNING_KEY_FILE,
          regions: settings.DYNAMICS_REGIONS,
          now,
        }),
    },
  ],
  exports: [DynamicsDestination],
})
export class DynamicsModule {}
