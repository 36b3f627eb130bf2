/** Fields that are not known, over HTTP for the portal alone. */
import { Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { UnknownFieldsFound, UnknownFieldsWanted } from '@leads/contracts';
import { Answers, CallerGuard, CheckedBody, errorsOf, type Issues, ProblemError } from '@leads/service';
import { Kysely } from 'kysely';
import type { GatewayTables } from '../tables.ts';
import { findFields } from './keep-fields.ts';

@Controller('api/unknown-fields')
@UseGuards(CallerGuard)
export class UnknownFieldsController {
  constructor(private readonly database: Kysely<GatewayTables>) {}

  /** Asked by POST: a publisher's connections are too many for an address. */
  @Post('find')
  @HttpCode(200)
  @Answers('Fields that came and are not known, the newest first. Nothing is changed.', UnknownFieldsFound)
  list(
    @CheckedBody(UnknownFieldsWanted, notUsable) wanted: UnknownFieldsWanted,
  ): Promise<UnknownFieldsFound> {
    return findFields(this.database, wanted.connectionIds);
  }
}

function notUsable(issues: Issues): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'The request is not usable',
    detail: 'Some of it is not as it should be; each part is named below. Nothing was changed.',
    errors: errorsOf(issues),
  });
}
