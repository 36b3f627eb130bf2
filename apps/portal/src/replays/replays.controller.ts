/** Replays over HTTP. */
import { randomUUID } from 'node:crypto';
import { Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { Replay, ReplayOrder } from '@leads/contracts/portal-api';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import { Answers, CheckedBody, errorsOf, IdParam, type Issues, ProblemError } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { Kysely } from 'kysely';
import { Audited, shows } from '../access/audited.ts';
import { Limited } from '../access/quotas.ts';
import { CurrentScope, notFound, type Scope } from '../access/scope.ts';
import { Allow, CurrentViewer, type Viewer } from '../access/viewer.ts';
import type { PortalTables } from '../tables.ts';
import { readReplay } from './read-replay.ts';
import { areOfDeleted, countReplayed, requestReplay } from './request-replay.ts';

/** Which leads: those that are named, or those that a filter shows. */
const EitherOr = ReplayOrder.refine((order) => Object.keys(order).length === 1, 'Send leadIds or a filter.');

function notClear(issues: Issues): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'It is not clear which leads to deliver again',
    detail: 'Send either leadIds, up to 10,000 of them, or a filter. Nothing was changed.',
    errors: errorsOf(issues),
  });
}

const NONE_DEAD =
  'None of these leads is dead: each has been written, or waits to be. Nothing was changed. Reload the list to see how they are now.';
const OF_DELETED =
  'The connection of these leads was deleted, and nothing is delivered for it any more. Nothing was changed. Take the leads along with an export.';

@Controller('api/replays')
export class ReplaysController {
  constructor(
    private readonly database: Kysely<PortalTables>,
    private readonly relay: OutboxRelay<PortalTables>,
    private readonly clock: DatabaseClock,
  ) {}

  @Post()
  @HttpCode(202)
  @Answers('Has dead leads delivered again: those that are named, or all that a filter shows.', Replay)
  @Allow('operator', 'owner')
  @Audited('had dead leads delivered again')
  @Limited('replays')
  async request(
    @CurrentViewer() viewer: Viewer,
    @CurrentScope() scope: Scope,
    @Req() request: FastifyRequest,
    @CheckedBody(EitherOr, notClear) order: ReplayOrder,
  ): Promise<Replay> {
    const replayId = randomUUID();
    const leads = await requestReplay(this.database, {
      ...{ replayId, order, scope },
      requestedBy: viewer.email,
      now: this.clock.date(),
    });
    if (leads === 0) {
      throw new ProblemError({
        status: 409,
        title: 'There is nothing to deliver again',
        detail: (await areOfDeleted(this.database, { order, scope })) ? OF_DELETED : NONE_DEAD,
      });
    }
    this.relay.wake();
    shows(request, { filter: order.filter ?? {}, leads: await countReplayed(this.database, replayId) });
    return this.found(scope, replayId);
  }

  @Get(':replayId')
  @Answers('How far a replay has come.', Replay)
  @Allow('operator', 'owner', 'reader')
  read(
    @CurrentScope() scope: Scope,
    @IdParam('replayId', () => notFound('replay')) replayId: string,
  ): Promise<Replay> {
    return this.found(scope, replayId);
  }

  private async found(scope: Scope, replayId: string): Promise<Replay> {
    const replay = await readReplay(this.database, scope, replayId);
    if (!replay) throw notFound('replay');
    return replay;
  }
}
