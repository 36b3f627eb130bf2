/** The posts that were kept, over HTTP for the portal alone: looked at, corrected, replayed, discarded. */
import { Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import {
  AllSettled,
  Correction,
  CorrectionRead,
  KeptPostDetail,
  KeptPosts,
  KeptPostsWanted,
  PostDiscarded,
  PostReplayed,
  PostsReplayed,
  Settled,
} from '@leads/contracts';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import { SECOND_MS } from '@leads/pacing';
import {
  Answers,
  CallerGuard,
  CheckedBody,
  errorsOf,
  IdParam,
  type Issues,
  ProblemError,
  SETTINGS,
} from '@leads/service';
import { Kysely } from 'kysely';
import type { Settings } from '../config.ts';
import type { GatewayTables } from '../tables.ts';
import { findKeptPost, findKeptPosts, findRow } from './kept-posts.ts';
import {
  discardAlike,
  discardPost,
  newLeadsOf,
  replayAlike,
  type ReplayOptions,
  replayPost,
  type Settling,
} from './settle-post.ts';

const PostId = (): ParameterDecorator => IdParam('postId', unknownPost);

@Controller('api/kept-posts')
@UseGuards(CallerGuard)
export class KeptPostsController {
  constructor(
    private readonly database: Kysely<GatewayTables>,
    private readonly relay: OutboxRelay<GatewayTables>,
    private readonly clock: DatabaseClock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Asked by POST: a publisher's connections are too many for an address. */
  @Post('find')
  @HttpCode(200)
  @Answers('Posts that were kept, newest first. Nothing is changed.', KeptPosts)
  list(@CheckedBody(KeptPostsWanted, notUsable) wanted: KeptPostsWanted): Promise<KeptPosts> {
    return findKeptPosts(this.database, wanted);
  }

  @Get(':postId')
  @Answers('One post with its bytes.', KeptPostDetail)
  async find(@PostId() postId: string): Promise<KeptPostDetail> {
    return found(await findKeptPost(this.database, postId));
  }

  @Post(':postId/read')
  @HttpCode(200)
  @Answers('What a correction of a post comes to. Nothing is changed.', CorrectionRead)
  async read(
    @PostId() postId: string,
    @CheckedBody(Correction, notUsable) correction: Correction,
  ): Promise<CorrectionRead> {
    const row = found(await findRow(this.database, postId));
    return { leads: newLeadsOf(row, correction).map(({ lead }) => lead) };
  }

  @Post(':postId/replay')
  @HttpCode(200)
  @Answers('Makes a lead of a post, once.', Settled)
  async replay(
    @PostId() postId: string,
    @CheckedBody(PostReplayed, notUsable) { by, correction }: PostReplayed,
  ): Promise<Settled> {
    return this.settled(await replayPost(this.database, postId, correction, this.options(by)));
  }

  @Post(':postId/replay-alike')
  @HttpCode(200)
  @Answers('Makes leads of a post and of those alike, by what was found in each.', AllSettled)
  async replayAlike(
    @PostId() postId: string,
    @CheckedBody(PostsReplayed, notUsable) { by }: PostsReplayed,
  ): Promise<AllSettled> {
    const settled = found(await replayAlike(this.database, postId, this.options(by)));
    this.relay.wake();
    return settled;
  }

  @Post(':postId/discard')
  @HttpCode(200)
  @Answers('Says that a post is no lead.', Settled)
  async discard(
    @PostId() postId: string,
    @CheckedBody(PostDiscarded, notUsable) { by, reason }: PostDiscarded,
  ): Promise<Settled> {
    return this.settled(await discardPost(this.database, postId, reason, this.options(by)));
  }

  @Post(':postId/discard-alike')
  @HttpCode(200)
  @Answers('Says that a post and those alike are no leads.', AllSettled)
  async discardAlike(
    @PostId() postId: string,
    @CheckedBody(PostDiscarded, notUsable) { by, reason }: PostDiscarded,
  ): Promise<AllSettled> {
    const settled = found(await discardAlike(this.database, postId, reason, this.options(by)));
    this.relay.wake();
    return settled;
  }

  private options(by: string): ReplayOptions {
    return { by, at: this.clock.date(), windowMs: this.settings.DEDUPE_WINDOW_SECONDS * SECOND_MS };
  }

  private settled(settling: Settling): Settled {
    switch (settling.kind) {
      case 'unknown':
        throw unknownPost();
      case 'no-lead':
        throw stillNoLead();
      case 'settled':
        this.relay.wake();
        return settling.settled;
    }
  }
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw unknownPost();
  return value;
}

function unknownPost(): ProblemError {
  return new ProblemError({
    status: 404,
    title: 'No such post',
    detail:
      'There is no such post among those put aside. Nothing was changed. It may have been removed with its age.',
  });
}

function stillNoLead(): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'Still no lead',
    detail:
      'What was sent names no customer and has no mark of the marketplace, only a part of it can be understood, or all of it became leads when the post came. Nothing was changed. Give a name, an e-mail address or a phone number.',
  });
}

function notUsable(issues: Issues): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'The request is not usable',
    detail: 'Some of it is not as it should be; each part is named below. Nothing was changed.',
    errors: errorsOf(issues),
  });
}
