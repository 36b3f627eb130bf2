/** Posts that were put aside, over HTTP for the console: kept by the gateway, looked at and decided of here. */
import { Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { AllSettled, Correction, CorrectionRead, Settled } from '@leads/contracts';
import { KeptPostPage, KeptPostView, PostDiscarding } from '@leads/contracts/portal-api';
import {
  Answers,
  CheckedBody,
  CheckedQuery,
  errorsOf,
  IdParam,
  type Issues,
  ProblemError,
} from '@leads/service';
import type { FastifyRequest } from 'fastify';
import { adds, Audited, AuditedOften, countByPublisher, shows } from '../access/audited.ts';
import { Limited } from '../access/quotas.ts';
import { CurrentScope, notFound, type Scope } from '../access/scope.ts';
import { Allow, CurrentViewer, type Viewer } from '../access/viewer.ts';
import { KeptPostListQuery } from './kept-post-query.ts';
import { KeptPosts } from './kept-posts.ts';

const PostId = (): ParameterDecorator => IdParam('postId', () => notFound('post'));

@Controller('api/kept-posts')
@Allow('operator', 'owner')
export class KeptPostsController {
  constructor(private readonly posts: KeptPosts) {}

  @Get()
  @Allow('operator', 'owner', 'reader')
  @Answers('Posts in which no lead was recognised, newest first, by pages.', KeptPostPage)
  @AuditedOften('listed posts put aside')
  async list(
    @CurrentViewer() viewer: Viewer,
    @CurrentScope() scope: Scope,
    @Req() request: FastifyRequest,
    @CheckedQuery(KeptPostListQuery) query: KeptPostListQuery,
  ): Promise<KeptPostPage> {
    const page = await this.posts.list(viewer, scope, query);
    const { state, connectionId } = query;
    shows(request, { filter: { state, connectionId }, leads: countByPublisher(page.posts) });
    return page;
  }

  @Get(':postId')
  @Allow('operator', 'owner', 'reader')
  @Answers('One post that was put aside, with its bytes and what was understood of it.', KeptPostView)
  @Audited('opened the post put aside', 'postId')
  async read(
    @CurrentViewer() viewer: Viewer,
    @CurrentScope() scope: Scope,
    @Req() request: FastifyRequest,
    @PostId() postId: string,
  ): Promise<KeptPostView> {
    return this.found(viewer, scope, request, postId);
  }

  @Post(':postId/read')
  @HttpCode(200)
  @Audited('tried a correction of the post put aside', 'postId')
  @Answers('What a correction comes to. Nothing is changed.', CorrectionRead)
  async preview(
    @CurrentViewer() viewer: Viewer,
    @CurrentScope() scope: Scope,
    @Req() request: FastifyRequest,
    @PostId() postId: string,
    @CheckedBody(Correction, notUsable) correction: Correction,
  ): Promise<CorrectionRead> {
    await this.found(viewer, scope, request, postId);
    return this.posts.act(viewer, `${postId}/read`, correction, CorrectionRead);
  }

  @Post(':postId/replay')
  @HttpCode(200)
  @Audited('made a lead of the post put aside', 'postId')
  @Limited('replays')
  @Answers('Makes a lead of the post as it was corrected, once.', Settled)
  async replay(
    @CurrentViewer() viewer: Viewer,
    @CurrentScope() scope: Scope,
    @Req() request: FastifyRequest,
    @PostId() postId: string,
    @CheckedBody(Correction, notUsable) correction: Correction,
  ): Promise<Settled> {
    const { publisher } = await this.found(viewer, scope, request, postId);
    const settled = await this.posts.act(
      viewer,
      `${postId}/replay`,
      { by: viewer.email, correction },
      Settled,
    );
    const of = { publisherId: publisher.id };
    if (!settled.isNew) adds(request, { ...tooLate('make a lead of'), of, details: undefined });
    return settled;
  }

  @Post(':postId/replay-alike')
  @HttpCode(200)
  @Audited('made leads of the posts put aside like', 'postId')
  @Limited('replays')
  @Answers('Makes leads of the post and of those alike, by what was found in each.', AllSettled)
  async replayAlike(
    @CurrentViewer() viewer: Viewer,
    @CurrentScope() scope: Scope,
    @Req() request: FastifyRequest,
    @PostId() postId: string,
  ): Promise<AllSettled> {
    await this.found(viewer, scope, request, postId);
    return this.posts.actOnAll(viewer, `${postId}/replay-alike`, { by: viewer.email });
  }

  @Post(':postId/discard')
  @HttpCode(200)
  @Audited('discarded the post put aside', 'postId')
  @Answers('Says that the post, or all alike, are no leads.', AllSettled)
  async discard(
    @CurrentViewer() viewer: Viewer,
    @CurrentScope() scope: Scope,
    @Req() request: FastifyRequest,
    @PostId() postId: string,
    @CheckedBody(PostDiscarding, notUsable) { reason, alike }: PostDiscarding,
  ): Promise<AllSettled> {
    const { publisher } = await this.found(viewer, scope, request, postId);
    adds(request, { of: { publisherId: publisher.id }, details: { reason } });
    const said = { by: viewer.email, reason };
    if (alike) return this.posts.actOnAll(viewer, `${postId}/discard-alike`, said);
    const { state, isNew } = await this.posts.act(viewer, `${postId}/discard`, said, Settled);
    if (!isNew)
      adds(request, { ...tooLate('discard'), of: { publisherId: publisher.id }, details: { reason } });
    return { settled: isNew ? 1 : 0, left: 0, more: 0, state };
  }

  /** Others' posts are answered like none, and each act is in the audit of its publisher. */
  private async found(
    viewer: Viewer,
    scope: Scope,
    request: FastifyRequest,
    postId: string,
  ): Promise<KeptPostView> {
    const post = await this.posts.read(viewer, scope, postId);
    if (!post) throw notFound('post');
    adds(request, { of: { publisherId: post.publisher.id }, details: undefined });
    return post;
  }
}

/** Somebody had decided of the post before: what was asked for was not done. */
function tooLate(what: string): { what: string } {
  return { what: `came too late to ${what} the post put aside` };
}

function notUsable(issues: Issues): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'It is not clear what to do',
    detail: 'Some of what was sent is not as it should be; each part is named below. Nothing was changed.',
    errors: errorsOf(issues),
  });
}
