/** Lanes over HTTP. */
import { Controller, Get } from '@nestjs/common';
import { Lanes } from '@leads/contracts/portal-api';
import { Answers } from '@leads/service';
import { Kysely } from 'kysely';
import { CurrentScope, type Scope } from '../access/scope.ts';
import { Allow } from '../access/viewer.ts';
import type { PortalTables } from '../tables.ts';
import { readLanes } from './read-lanes.ts';

@Controller('api/lanes')
@Allow('operator', 'owner', 'reader')
export class LanesController {
  constructor(private readonly database: Kysely<PortalTables>) {}

  @Get()
  @Answers('How the lanes stand.', Lanes)
  list(@CurrentScope() scope: Scope): Promise<Lanes> {
    return readLanes(this.database, scope);
  }
}
