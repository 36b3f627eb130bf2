/** The ingest gateway: takes posted leads in and commits each before it says so. */
import { Module } from '@nestjs/common';
import { ServiceModule } from '@leads/service';
import { AcceptLead } from './accept-lead.ts';
import { config } from './config.ts';
import { FollowConnections } from './follow-connections.ts';
import { PruneAccepted } from './prune-accepted.ts';
import { DEDUPE_WINDOW_MS } from './tables.ts';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'ingest-gateway',
      schema: 'gateway',
      settings: config,
      consumes: ['once-per-service'],
    }),
  ],
  controllers: [AcceptLead, FollowConnections],
  providers: [{ provide: DEDUPE_WINDOW_MS, useValue: config.DEDUPE_WINDOW_SECONDS * 1000 }, PruneAccepted],
})
export class AppModule {}
