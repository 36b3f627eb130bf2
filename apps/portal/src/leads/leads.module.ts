/** The room of leads: lists of them, and each with its timeline. */
import { Module } from '@nestjs/common';
import { GatewayApiModule } from '../gateway-api/gateway-api.module.ts';
import { LedgerModule } from '../ledger/ledger.module.ts';
import { LeadsController } from './leads.controller.ts';
import { MakeLeadsController } from './make-leads.controller.ts';
import { MakeLeads } from './make-leads.ts';

@Module({
  imports: [LedgerModule, GatewayApiModule],
  controllers: [LeadsController, MakeLeadsController],
  providers: [MakeLeads],
})
export class LeadsModule {}
