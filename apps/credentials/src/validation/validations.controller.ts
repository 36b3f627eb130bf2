/** Starts a Validate; its steps appear on validations.v1. */
import { randomUUID } from 'node:crypto';
import {
  type BeforeApplicationShutdown,
  Controller,
  HttpCode,
  Inject,
  Post,
  Req,
  UseGuards,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { DATABASE, LOG, type Logger, ProblemError } from '@leads/service';
import { ApiKeyGuard } from '../api/api-key.guard.ts';
import { addToAudit } from '../audit.ts';
import { actorOf, connectionIdOf, unknownConnection } from '../connections/connection-requests.ts';
import { Connections } from '../connections/connections.ts';
import type { CredentialsTables } from '../tables.ts';
import { BoundedWork } from '../tokens/bounded-work.ts';
import { validateConnection, type ValidateOptions } from '../validate-connection.ts';

export const VALIDATE_OPTIONS = Symbol('validate options');

@Controller('api/connections/:id')
@UseGuards(ApiKeyGuard)
export class ValidationsController implements BeforeApplicationShutdown {
  private readonly work: BoundedWork;

  constructor(
    @Inject(Connections) private readonly connections: Connections,
    @Inject(DATABASE) private readonly database: Kysely<CredentialsTables>,
    @Inject(VALIDATE_OPTIONS) private readonly options: ValidateOptions,
    @Inject(LOG) log: Logger,
  ) {
    const onError = (error: unknown): void =>
      log.error({ error }, 'a Validate broke off; it can be started again');
    this.work = new BoundedWork({ concurrency: 16, capacity: 200, onError });
  }

  @Post('validate')
  @HttpCode(202)
  async validate(@Req() request: FastifyRequest): Promise<{ validationId: string }> {
    const connection = await this.connections.find(connectionIdOf(request));
    if (!connection) throw unknownConnection();
    const validationId = randomUUID();
    const { connectionId, version } = connection;
    const at = this.options.now();
    const details = { validationId, version };
    await addToAudit(this.database, {
      at,
      who: actorOf(request),
      what: 'validation started',
      connectionId,
      details,
    });
    if (this.work.offer(() => validateConnection(validationId, connection, this.options))) {
      return { validationId };
    }
    throw new ProblemError({
      status: 503,
      title: 'Too many at once',
      detail:
        'So many connections are being validated that yours cannot be now. Nothing was changed. Try again in a minute.',
    });
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.work.idle();
  }
}
