/** Validates over HTTP; live events tell of the same as it happens. */
import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { Validation } from '@leads/contracts/portal-api';
import { DATABASE } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { notFound, type Scope, scopeOf, within } from '../access/scope.ts';
import { Allow, viewerOf } from '../access/viewer.ts';
import { LINK_BASE } from '../leads/record-url.ts';
import { readValidations } from '../ledger/publish-changes.ts';
import type { PortalTables } from '../tables.ts';

const Id = z.uuid();

@Controller('api/offers/:connectionId')
@Allow('operator', 'owner', 'reader')
export class ValidationsController {
  constructor(
    @Inject(DATABASE) private readonly database: Kysely<PortalTables>,
    @Inject(LINK_BASE) private readonly linkBase: string | undefined,
  ) {}

  /** The newest, whether it has ended or not. */
  @Get('validation')
  newest(@Req() request: FastifyRequest, @Param('connectionId') connectionId: string): Promise<Validation> {
    return this.read(scopeOf(viewerOf(request)), connectionId);
  }

  @Get('validations/:validationId')
  one(
    @Req() request: FastifyRequest,
    @Param('connectionId') connectionId: string,
    @Param('validationId') validationId: string,
  ): Promise<Validation> {
    return this.read(scopeOf(viewerOf(request)), connectionId, validationId);
  }

  private async read(scope: Scope, connectionId: string, validationId?: string): Promise<Validation> {
    const isUsable = [connectionId, ...(validationId === undefined ? [] : [validationId])].every(
      (id) => Id.safeParse(id).success,
    );
    if (!isUsable) throw notFound('validation');
    const chosen = await this.database
      .selectFrom('validations')
      .innerJoin('connections', 'connections.connection_id', 'validations.connection_id')
      .select('validation_id')
      .where('validations.connection_id', '=', connectionId)
      .where(within(scope, 'connections.publisher_id'))
      .$if(validationId !== undefined, (query) => query.where('validation_id', '=', validationId ?? ''))
      .orderBy('validations.started_at', 'desc')
      .orderBy('validation_id', 'desc')
      .limit(1)
      .executeTakeFirst();
    const [found] = chosen ? await readValidations(this.database, [chosen.validation_id], this.linkBase) : [];
    if (!found) throw notFound('validation');
    return found.validation;
  }
}
