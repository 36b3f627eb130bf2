/** Throughput and latency over HTTP. */
import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import type { Statistics } from '@leads/contracts/portal-api';
import { DATABASE } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { notFound, type Scope, scopeOf } from '../access/scope.ts';
import { Allow, viewerOf } from '../access/viewer.ts';
import { readQuery } from '../leads/lead-query.ts';
import type { PortalTables } from '../tables.ts';
import { readStatistics } from './read-statistics.ts';

export const StatisticsQuery = z.strictObject({
  span: z.enum(['hour', 'week']).describe('The last hour in minutes, or the last week in hours.'),
  connectionId: z.uuid().optional(),
});

@Controller('api/statistics')
@Allow('operator', 'owner', 'reader')
export class StatisticsController {
  constructor(@Inject(DATABASE) private readonly database: Kysely<PortalTables>) {}

  @Get()
  async read(@Req() request: FastifyRequest, @Query() query: unknown): Promise<Statistics> {
    const scope = scopeOf(viewerOf(request));
    const { span, connectionId } = readQuery(StatisticsQuery, query);
    if (connectionId !== undefined && !(await this.isInScope(scope, connectionId))) throw notFound('offer');
    return readStatistics(this.database, scope, { span, connectionId, now: new Date() });
  }

  private async isInScope(scope: Scope, connectionId: string): Promise<boolean> {
    const found = await this.database
      .selectFrom('connections')
      .select('publisher_id')
      .where('connection_id', '=', connectionId)
      .executeTakeFirst();
    return found !== undefined && (scope === 'everybody' || found.publisher_id === scope.publisherId);
  }
}
