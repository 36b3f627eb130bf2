/** How much publishers use of what they may, for operators. */
import { Controller, Get, Inject } from '@nestjs/common';
import { Usage } from '@leads/contracts/portal-api';
import { Answers } from '@leads/service';
import { Kysely } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { QUOTAS, type Quotas, readUsage } from './quotas.ts';
import { Allow } from './viewer.ts';

@Controller('api/usage')
@Allow('operator')
export class UsageController {
  constructor(
    private readonly database: Kysely<PortalTables>,
    @Inject(QUOTAS) private readonly quotas: Quotas,
  ) {}

  @Get()
  @Answers('What publishers have used this hour of what they may, whoever uses most first.', Usage)
  read(): Promise<Usage> {
    return readUsage(this.database, this.quotas);
  }
}
