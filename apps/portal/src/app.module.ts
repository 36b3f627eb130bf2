/** The portal: what people see. Keeps the ledger of leads, answers the console, and serves it. */
import { Module } from '@nestjs/common';
import { ServiceModule } from '@leads/service';
import { AccessModule } from './access/access.module.ts';
import { ApiDocumentController } from './api/api-document.controller.ts';
import { config } from './config.ts';
import { ExportController } from './export/export.controller.ts';
import { LedgerModule } from './ledger/ledger.module.ts';
import { LiveModule } from './live/live.module.ts';
import { ReplaysController } from './replays/replays.controller.ts';
import { ValidationsController } from './validations/validations.controller.ts';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'portal',
      schema: 'portal',
      settings: config,
      consumes: ['once-per-service'],
    }),
    AccessModule,
    LedgerModule.linkingTo(config.DYNAMICS_LINK_BASE),
    LiveModule.listeningAt(config.DATABASE_URL),
  ],
  controllers: [ApiDocumentController, ExportController, ReplaysController, ValidationsController],
})
export class AppModule {}
