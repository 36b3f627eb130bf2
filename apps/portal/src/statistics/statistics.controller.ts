/** Throughput and latency over HTTP. */
import { Controller, Get } from '@nestjs/common';
import { Statistics } from '@leads/contracts/portal-api';
import { DatabaseClock } from '@leads/database';
import { Answers, CheckedQuery } from '@leads/service';
import { Kysely } from 'kysely';
import { z } from 'zod';
import { CurrentScope, notFound, type Scope } from '../access/scope.ts';
import { Allow } from '../access/viewer.ts';
import type { PortalTables } from '../tables.ts';
import { readStatistics } from './read-statistics.ts';

const StatisticsQuery = z.strictObject({
  span: z.enum(['hour', 'week']).describe('The last hour in minutes, or the last week in hours.'),
  connectionId: z.uuid().optional(),
});
type StatisticsQuery = z.infer<typeof StatisticsQuery>;

@Controller('api/statistics')
@Allow('operator', 'owner', 'reader')
export class StatisticsController {
  constructor(
    private readonly database: Kysely<PortalTables>,
    private readonly clock: DatabaseClock,
  ) {}

  @Get()
  @Answers('Throughput and latency.', Statistics)
  async read(
    @CurrentScope() scope: Scope,
    @CheckedQuery(StatisticsQuery) { span, connectionId }: StatisticsQuery,
  ): Promise<Statistics> {
    if (connectionId !== undefined && !(await this.isInScope(scope, connectionId))) throw notFound('offer');
    return readStatistics(this.database, scope, { span, connectionId, now: this.clock.date() });
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
