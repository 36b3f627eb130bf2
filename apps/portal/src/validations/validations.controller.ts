/** Validates over HTTP; live events tell of the same as it happens. */
import { Controller, Get } from '@nestjs/common';
import { Validation } from '@leads/contracts/portal-api';
import { Answers, IdParam, type ProblemError } from '@leads/service';
import { Kysely } from 'kysely';
import { CurrentScope, notFound, type Scope, within } from '../access/scope.ts';
import { Allow } from '../access/viewer.ts';
import { RecordLinks } from '../ledger/record-links.ts';
import { readValidations } from '../ledger/read-validations.ts';
import type { PortalTables } from '../tables.ts';

const unknownValidation = (): ProblemError => notFound('validation');

@Controller('api/offers/:connectionId')
@Allow('operator', 'owner', 'reader')
export class ValidationsController {
  constructor(
    private readonly database: Kysely<PortalTables>,
    private readonly links: RecordLinks,
  ) {}

  /** The newest, whether it has ended or not. */
  @Get('validation')
  @Answers('The newest Validate.', Validation)
  newest(
    @CurrentScope() scope: Scope,
    @IdParam('connectionId', unknownValidation) connectionId: string,
  ): Promise<Validation> {
    return this.read(scope, connectionId);
  }

  @Get('validations/:validationId')
  @Answers('One Validate.', Validation)
  one(
    @CurrentScope() scope: Scope,
    @IdParam('connectionId', unknownValidation) connectionId: string,
    @IdParam('validationId', unknownValidation) validationId: string,
  ): Promise<Validation> {
    return this.read(scope, connectionId, validationId);
  }

  private async read(scope: Scope, connectionId: string, validationId?: string): Promise<Validation> {
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
    const [found] = chosen ? await readValidations(this.database, [chosen.validation_id], this.links) : [];
    if (!found) throw unknownValidation();
    return found.validation;
  }
}
