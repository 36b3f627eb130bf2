/** The room of incidents: what people see of them, and do about them. */
import { Module } from '@nestjs/common';
import { CredentialsApiModule } from '../credentials-api/credentials-api.module.ts';
import { LedgerModule } from '../ledger/ledger.module.ts';
import { ActOnIncident } from './act-on-incident.ts';
import { IncidentsController } from './incidents.controller.ts';

@Module({
  imports: [CredentialsApiModule, LedgerModule],
  controllers: [IncidentsController],
  providers: [ActOnIncident],
})
export class IncidentsModule {}
