/** What one publisher may do within an hour, and have: counted in the database, so that all instances count together. */
import { type CanActivate, type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Kysely, sql } from 'kysely';
import type { LimitedUse, Usage } from '@leads/contracts/portal-api';
import { ProblemError } from '@leads/service';
import type { PortalTables } from '../tables.ts';
import { knownViewerOf } from './viewer.ts';

/** How often an hour; of connections, how many there may be. */
export type Quotas = Record<LimitedUse, number>;

export const QUOTAS = Symbol('quotas');

/** The operators' page shows the publishers that use most. */
const MOST_SHOWN = 200;

const LIMITED = 'portal: limited';
type When = (request: FastifyRequest) => boolean;

/** Counts each use of a route by people of a publisher, and refuses what is beyond the limit. */
export const Limited = (use: LimitedUse, when?: When): MethodDecorator => SetMetadata(LIMITED, { use, when });

const WORDS: Record<LimitedUse, string> = {
  connections: 'connections',
  saves: 'changes of connections',
  validates: 'Validates and mapping previews',
  searches: 'searches',
  exports: 'exports',
  replays: 'replays',
};

@Injectable()
export class QuotaGuard implements CanActivate {
  private readonly reflector = new Reflector();

  constructor(
    private readonly database: Kysely<PortalTables>,
    @Inject(QUOTAS) private readonly quotas: Quotas,
  ) {}

  /** Operators are not limited: they answer for what they do. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const limited = this.reflector.get<{ use: LimitedUse; when?: When } | undefined>(
      LIMITED,
      context.getHandler(),
    );
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const publisherId = knownViewerOf(request)?.publisherId;
    if (!limited || publisherId === undefined || limited.when?.(request) === false) return true;
    if (limited.use === 'connections') await this.requireRoom(publisherId);
    await this.count(publisherId, limited.use === 'connections' ? 'saves' : limited.use);
    return true;
  }

  private async requireRoom(publisherId: string): Promise<void> {
    const limit = this.quotas.connections;
    if ((await countConnections(this.database, publisherId)) < limit) return;
    throw new ProblemError({
      status: 403,
      title: 'No more connections',
      detail: `Your publisher has the ${limit} connections that it may have. Nothing was saved. Delete one that is not needed any more, or ask the operators.`,
    });
  }

  private async count(publisherId: string, use: LimitedUse): Promise<void> {
    const { rows } = await sql<{ times: number; seconds: number }>`
      insert into usage as known (publisher_id, what, hour, times)
      values (${publisherId}, ${use}, date_trunc('hour', now()), 1)
      on conflict (publisher_id, what, hour) do update set times = known.times + 1
      returning times, ceil(extract(epoch from hour + interval '1 hour' - now()))::int as seconds
    `.execute(this.database);
    const [{ times, seconds } = { times: 0, seconds: 0 }] = rows;
    const limit = this.quotas[use];
    if (times <= limit) return;
    const minutes = Math.ceil(seconds / 60);
    throw new ProblemError(
      {
        status: 429,
        title: 'The limit of this hour is reached',
        detail: `Your publisher may make ${limit} ${WORDS[use]} an hour, and has. Nothing was changed, and leads go on being taken in and written. Go on in ${minutes} min, or ask the operators.`,
      },
      { 'retry-after': String(Math.max(1, seconds)) },
    );
  }
}

/** What publishers have used of what they may, this hour; whoever uses most of anything first. */
export async function readUsage(database: Kysely<PortalTables>, quotas: Quotas): Promise<Usage> {
  const { rows } = await sql<{ id: string; name: string; uses: Partial<Quotas>; connections: number }>`
    select id, name, coalesce(connections, 0) as connections, coalesce(uses, '{}') as uses from publishers
    left join (
      select publisher_id, jsonb_object_agg(what, times) as uses, max(times) as most from usage
      where hour = date_trunc('hour', now()) group by publisher_id
    ) as used on used.publisher_id = id
    left join (
      select publisher_id, count(*)::int as connections from connections where state <> 'deleted'
      group by publisher_id
    ) as owned on owned.publisher_id = id
    order by most desc nulls last, connections desc nulls last, id limit ${MOST_SHOWN}
  `.execute(database);
  return {
    limits: quotas,
    publishers: rows.map(({ id, name, uses, connections }) => ({
      publisher: { id, name },
      used: { ...uses, connections },
    })),
  };
}

async function countConnections(database: Kysely<PortalTables>, publisherId: string): Promise<number> {
  const { count } = await database
    .selectFrom('connections')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('publisher_id', '=', publisherId)
    .where('state', '!=', 'deleted')
    .executeTakeFirstOrThrow();
  return Number(count);
}
