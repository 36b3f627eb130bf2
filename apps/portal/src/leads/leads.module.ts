/** The room of leads: lists of them, and each with its timeline. */
import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.ts';
import { LeadsController } from './leads.controller.ts';

@Module({ imports: [LedgerModule], controllers: [LeadsController] })
export class LeadsModule {}
