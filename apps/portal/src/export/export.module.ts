/** The room of the export: leads as a file for spreadsheets. */
import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.ts';
import { ExportController } from './export.controller.ts';

@Module({ imports: [LedgerModule], controllers: [ExportController] })
export class ExportModule {}
