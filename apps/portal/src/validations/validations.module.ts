/** The room of Validates: how each went, check by check. */
import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.ts';
import { ValidationsController } from './validations.controller.ts';

@Module({ imports: [LedgerModule], controllers: [ValidationsController] })
export class ValidationsModule {}
