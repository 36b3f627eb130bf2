/** The portal: what people see. Keeps the ledger of leads, answers the console, and serves it. */
import { Module } from '@nestjs/common';
import { ServiceModule } from '@leads/service';
import { AccessModule } from './access/access.module.ts';
import { settings } from './config.ts';
import { ConnectionsModule } from './connections/connections.module.ts';
import { ContactsModule } from './contacts/contacts.module.ts';
import { ExportModule } from './export/export.module.ts';
import { HttpModule } from './http/http.module.ts';
import { IncidentsModule } from './incidents/incidents.module.ts';
import { KeptPostsModule } from './kept-posts/kept-posts.module.ts';
import { KeepLedger } from './keep-ledger.ts';
import { LanesModule } from './lanes/lanes.module.ts';
import { LeadsModule } from './leads/leads.module.ts';
import { LedgerModule } from './ledger/ledger.module.ts';
import { LiveModule } from './live/live.module.ts';
import { OffersModule } from './offers/offers.module.ts';
import { portalAges } from './retention/portal-ages.ts';
import { ReplaysModule } from './replays/replays.module.ts';
import { RetentionModule } from './retention/retention.module.ts';
import { StatisticsModule } from './statistics/statistics.module.ts';
import { ValidationsModule } from './validations/validations.module.ts';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'portal',
      schema: 'portal',
      settings,
      consumes: ['once-per-service'],
      ages: portalAges,
    }),
    AccessModule,
    LedgerModule,
    LeadsModule,
    ExportModule,
    OffersModule,
    ConnectionsModule,
    ContactsModule,
    IncidentsModule,
    KeptPostsModule,
    ValidationsModule,
    ReplaysModule,
    RetentionModule,
    LanesModule,
    StatisticsModule,
    HttpModule,
    LiveModule,
  ],
  controllers: [KeepLedger],
})
export class AppModule {}
