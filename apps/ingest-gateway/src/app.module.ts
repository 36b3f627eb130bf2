/** The ingest gateway: takes posted leads in and commits each before it says so. */
import { Module } from '@nestjs/common';
import { ServiceModule, SETTINGS } from '@leads/service';
import { Kysely } from 'kysely';
import { AcceptLead } from './accept-lead.ts';
import { Commits } from './commits.ts';
import { type Settings, settings } from './config.ts';
import { FollowConnections } from './follow-connections.ts';
import { FollowRetention } from './follow-retention.ts';
import { KnownAddresses } from './known-addresses.ts';
import { acceptAll, connectionsAt } from './lead-store.ts';
import { gatewayAges } from './retention.ts';
import type { GatewayTables } from './tables.ts';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'ingest-gateway',
      schema: 'gateway',
      settings,
      consumes: ['once-per-service', 'every-instance'],
      ages: gatewayAges,
    }),
  ],
  controllers: [AcceptLead, FollowConnections, FollowRetention],
  providers: [
    {
      provide: KnownAddresses,
      inject: [Kysely],
      useFactory: (database: Kysely<GatewayTables>) =>
        new KnownAddresses((addressKeyHashes) => connectionsAt(database, addressKeyHashes)),
    },
    {
      provide: Commits,
      inject: [Kysely, SETTINGS],
      useFactory: (database: Kysely<GatewayTables>, { COMMIT_LEADS_TOGETHER: most }: Settings) =>
        new Commits((posted) => acceptAll(database, posted), most),
    },
  ],
})
export class AppModule {}
