/** `GET /api/events`: what changes, as it changes. */
import { PassThrough } from 'node:stream';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ProblemError } from '@leads/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { scopeOf } from '../access/scope.ts';
import { Allow, viewerOf } from '../access/viewer.ts';
import { readLastId } from './event-frames.ts';
import { FollowChanges } from './follow-changes.ts';
import { STILL_SIGNED_IN, type StillSignedIn } from './still-signed-in.ts';

@Controller('api/events')
@Allow('operator', 'owner', 'reader')
export class LiveEventsController {
  constructor(
    @Inject(FollowChanges) private readonly followChanges: FollowChanges,
    @Inject(STILL_SIGNED_IN) private readonly stillSignedIn: StillSignedIn,
  ) {}

  /** Goes on where `Last-Event-ID` says, or `lastEventId` where a client cannot set headers. */
  @Get()
  async follow(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('lastEventId') lastEventId: unknown,
  ): Promise<void> {
    const scope = scopeOf(viewerOf(request));
    if (!this.followChanges.isReady) {
      throw new ProblemError(
        {
          status: 503,
          title: 'No live updates at this moment',
          detail:
            'This instance is starting or ending, or its database does not answer. Nothing is lost: connect again in a few seconds.',
        },
        { 'retry-after': '2' },
      );
    }
    const sink = new PassThrough();
    reply
      .headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // For proxies that would gather an answer before they pass it on.
        'x-accel-buffering': 'no',
        // Nothing else comes over this connection, so that it does not outlive the stream when the service ends.
        connection: 'close',
      })
      .send(sink);
    await this.followChanges.open({
      sink,
      scope,
      lastId: readLastId(request.headers['last-event-id']) ?? readLastId(lastEventId),
      stillAllowed: () => this.stillSignedIn(request),
    });
  }
}
