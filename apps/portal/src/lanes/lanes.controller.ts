/** Lanes over HTTP. */
import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { Lanes } from '@leads/contracts/portal-api';
import { DATABASE } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { scopeOf } from '../access/scope.ts';
import { Allow, viewerOf } from '../access/viewer.ts';
import type { PortalTables } from '../tables.ts';
import { readLanes } from './read-lanes.ts';

@Controller('api/lanes')
@Allow('operator', 'owner', 'reader')
export class LanesController {
  constructor(@Inject(DATABASE) private readonly database: Kysely<PortalTables>) {}

  @Get()
  list(@Req() request: FastifyRequest): Promise<Lanes> {
    return readLanes(this.database, scopeOf(viewerOf(request)));
  }
}
