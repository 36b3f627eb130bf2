/** Replays over HTTP. */
import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { type Replay, ReplayOrder } from '@leads/contracts/portal-api';
import type { OutboxRelay } from '@leads/database';
import { DATABASE, ProblemError, RELAY } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { Audited } from '../access/audited.ts';
import { notFound, type Scope, scopeOf } from '../access/scope.ts';
import { Allow, viewerOf } from '../access/viewer.ts';
import type { PortalTables } from '../tables.ts';
import { readReplay } from './read-replay.ts';
import { requestReplay } from './request-replay.ts';

const ReplayId = z.uuid();

@Controller('api/replays')
export class ReplaysController {
  constructor(
    @Inject(DATABASE) private readonly database: Kysely<PortalTables>,
    @Inject(RELAY) private readonly relay: Pick<OutboxRelay<PortalTables>, 'wake'>,
  ) {}

  @Post()
  @HttpCode(202)
  @Allow('operator', 'owner')
  @Audited('had dead leads delivered again')
  async request(@Req() request: FastifyRequest, @Body() body: unknown): Promise<Replay> {
    const viewer = viewerOf(request);
    const order = readOrder(body);
    const scope = scopeOf(viewer);
    const replayId = randomUUID();
    const leads = await requestReplay(this.database, {
      ...{ replayId, order, scope },
      requestedBy: viewer.email,
      now: new Date(),
    });
    if (leads === 0) {
      throw new ProblemError({
        status: 409,
        title: 'There is nothing to deliver again',
        detail:
          'None of these leads is dead: each has been written, or waits to be. Nothing was changed. Reload the list to see how they are now.',
      });
    }
    this.relay.wake();
    return this.found(scope, replayId);
  }

  @Get(':replayId')
  @Allow('operator', 'owner', 'reader')
  read(@Req() request: FastifyRequest, @Param('replayId') replayId: string): Promise<Replay> {
    return this.found(scopeOf(viewerOf(request)), replayId);
  }

  private async found(scope: Scope, replayId: string): Promise<Replay> {
    const isId = ReplayId.safeParse(replayId).success;
    const replay = isId ? await readReplay(this.database, scope, replayId) : undefined;
    if (!replay) throw notFound('replay');
    return replay;
  }
}

/** @throws ProblemError 422 unless it names leads, or a filter, but not both */
function readOrder(body: unknown): ReplayOrder {
  const order = ReplayOrder.safeParse(body);
  const names = Object.keys(order.data ?? {});
  if (order.success && names.length === 1) return order.data;
  throw new ProblemError({
    status: 422,
    title: 'It is not clear which leads to deliver again',
    detail: 'Send either leadIds, up to 10,000 of them, or a filter. Nothing was changed.',
    errors: (order.error?.issues ?? []).map((issue) => ({
      pointer: `/${issue.path.join('/')}`,
      detail: issue.message,
    })),
  });
}
