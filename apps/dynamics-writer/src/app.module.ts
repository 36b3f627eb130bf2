/** The Dynamics writer: takes accepted leads in and writes them into each publisher's Dynamics 365. */
import { Module } from '@nestjs/common';
import { topics } from '@leads/contracts';
import type { Publisher } from '@leads/kafka';
import { DATABASE, INSTANCE_ID, LOG, type Logger, PUBLISHER, ServiceModule } from '@leads/service';
import type { Kysely } from 'kysely';
import { config } from './config.ts';
import { FollowConnections } from './follow-connections.ts';
import { HoldLanes } from './hold-lanes.ts';
import { KeepHouse, keepingOf } from './keep-house.ts';
import { ConnectionMetrics } from './metrics.ts';
import { ReceiveTokens } from './receive-tokens.ts';
import type { WriterTables } from './tables.ts';
import { ReplayLeads } from './replay-leads.ts';
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
  controllers: [FollowConnections, TakeInLeads, ReplayLeads, ReceiveTokens],
  providers: [
    HoldLanes,
    {
      provide: KeepHouse,
      inject: [DATABASE, LOG],
      useFactory: (database: Kysely<WriterTables>, log: Logger) =>
        new KeepHouse(database, log, keepingOf(config.PAYLOAD_DAYS)),
    },
    ConnectionMetrics,
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
