/** The ingest gateway: takes posted leads in and commits each before it says so. */
import { Module } from '@nestjs/common';
import { ServiceModule } from '@leads/service';
import { AcceptLead } from './accept-lead.ts';
import { settings } from './config.ts';
import { FollowConnections } from './follow-connections.ts';
import { FollowRetention } from './follow-retention.ts';
import { gatewayAges } from './retention.ts';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'ingest-gateway',
      schema: 'gateway',
      settings,
      consumes: ['once-per-service'],
      ages: gatewayAges,
    }),
  ],
  controllers: [AcceptLead, FollowConnections, FollowRetention],
})
export class AppModule {}
