/** The Dynamics writer: takes accepted leads in and writes them into each publisher's Dynamics 365. */
import { Module } from '@nestjs/common';
import { topics } from '@leads/contracts';
import type { Publisher } from '@leads/kafka';
import { INSTANCE_ID, PUBLISHER, ServiceModule } from '@leads/service';
import { config } from './config.ts';
import { FollowConnections } from './follow-connections.ts';
import { HoldLanes } from './hold-lanes.ts';
import { ReceiveTokens } from './receive-tokens.ts';
import { TakeInLeads } from './take-in-leads.ts';
import { Tokens } from './tokens.ts';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'dynamics-writer',
      schema: 'writer',
      settings: config,
      consumes: ['once-per-service', 'every-instance'],
    }),
  ],
  controllers: [FollowConnections, TakeInLeads, ReceiveTokens],
  providers: [
    HoldLanes,
    {
      provide: Tokens,
      inject: [PUBLISHER, INSTANCE_ID],
      useFactory: (publisher: Publisher, instance: string) =>
        new Tokens(
          (requested) => publisher.publish(topics.tokensRequested, [requested]),
          instance,
          config.REQUESTER_SIGNING_KEY_FILE,
        ),
    },
  ],
})
export class AppModule {}
