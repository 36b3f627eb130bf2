/** Fields that came with leads and are not known, over HTTP for the console. */
import { Controller, Get } from '@nestjs/common';
import { UnknownFields } from '@leads/contracts/portal-api';
import { Answers } from '@leads/service';
import { CurrentScope, type Scope } from '../access/scope.ts';
import { Allow, CurrentViewer, type Viewer } from '../access/viewer.ts';
import { KeptPosts } from './kept-posts.ts';

@Controller('api/unknown-fields')
@Allow('operator', 'owner', 'reader')
export class UnknownFieldsController {
  constructor(private readonly posts: KeptPosts) {}

  @Get()
  @Answers(
    'Fields that the marketplace has not published and that came with leads, the newest first.',
    UnknownFields,
  )
  list(@CurrentViewer() viewer: Viewer, @CurrentScope() scope: Scope): Promise<UnknownFields> {
    return this.posts.unknownFields(viewer, scope);
  }
}
