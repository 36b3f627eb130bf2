/** `GET /api/events`: what changes, as it changes. */
import { PassThrough } from 'node:stream';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { Answers, CheckedQuery, headerDecorator, ProblemError } from '@leads/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AuditedStream } from '../access/audited.ts';
import { CurrentScope, type Scope } from '../access/scope.ts';
import { Allow, CurrentViewer, type Viewer } from '../access/viewer.ts';
import { readLastId } from './event-frames.ts';
import { FollowChanges } from './follow-changes.ts';
import { STILL_SIGNED_IN, type StillSignedIn } from './still-signed-in.ts';

const EventsQuery = z.object({
  lastEventId: z.string().optional().describe('As Last-Event-ID, where a client cannot set headers.'),
});
type EventsQuery = z.infer<typeof EventsQuery>;

function LastEventId(): ParameterDecorator {
  return headerDecorator(
    { name: 'Last-Event-ID', description: 'The id of the last event that came: what came after it is told.' },
    readLastId,
  );
}

@Controller('api/events')
@Allow('operator', 'owner', 'reader')
export class LiveEventsController {
  constructor(
    @Inject(FollowChanges) private readonly followChanges: FollowChanges,
    @Inject(STILL_SIGNED_IN) private readonly stillSignedIn: StillSignedIn,
  ) {}

  /** Goes on where `Last-Event-ID` says, or `lastEventId` where a client cannot set headers. */
  @Get()
  @AuditedStream('followed leads live')
  @Answers(
    'What changes, as it changes: the server-sent events `lead`, `offer`, `validation`, `lane`, `incident` and `reload`.',
    'text/event-stream',
  )
  async follow(
    @CurrentScope() scope: Scope,
    @CurrentViewer() { directoryId, userId }: Viewer,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @LastEventId() lastId: number | undefined,
    @CheckedQuery(EventsQuery) { lastEventId }: EventsQuery,
  ): Promise<void> {
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
      person: `${directoryId} ${userId}`,
      lastId: lastId ?? readLastId(lastEventId),
      stillAllowed: () => this.stillSignedIn(request),
    });
  }
}
