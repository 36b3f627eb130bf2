/** Connections over HTTP, for the portal: created, read, listed, changed and deleted. */
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Post,
  Put,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type FieldRules,
  readConnectionChange,
  readNewConnection,
} from '@leads/contracts/connection-details';
import { ApiKeyGuard } from '../api/api-key.guard.ts';
import {
  answerOf,
  answerWithAddress,
  type ConnectionAnswer,
  type WithLeadAddress,
} from './connection-answer.ts';
import {
  actorOf,
  connectionIdOf,
  connectionOf,
  notAccepted,
  requiredVersionOf,
  unknownConnection,
} from './connection-requests.ts';
import { Connections } from './connections.ts';
import { changeDetails, remove } from './revisions.ts';
import { FIELD_RULES } from './field-rules.ts';

@Controller('api/connections')
@UseGuards(ApiKeyGuard)
export class ConnectionsController {
  constructor(
    @Inject(Connections) private readonly connections: Connections,
    @Inject(FIELD_RULES) private readonly rules: () => FieldRules,
  ) {}

  @Post()
  async create(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    const entered = readNewConnection(body, this.rules());
    if (!entered.ok) throw notAccepted(entered.faults);
    const connection = await this.connections.create(entered.fields, actorOf(request));
    reply.header('location', `/api/connections/${connection.connectionId}`);
    return answerWithAddress(this.connections, connection, reply);
  }

  @Get()
  async list(): Promise<{ connections: ConnectionAnswer[] }> {
    return { connections: (await this.connections.list()).map(answerOf) };
  }

  @Get(':id')
  async find(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    const connection = await this.connections.find(connectionIdOf(request));
    if (!connection) throw unknownConnection();
    return answerWithAddress(this.connections, connection, reply);
  }

  /** All details at once, as the dialog saves them; a secret that is not given stays. */
  @Put(':id')
  async change(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    const connectionId = connectionIdOf(request);
    const expected = requiredVersionOf(request);
    const entered = readConnectionChange(body, this.rules());
    if (!entered.ok) throw notAccepted(entered.faults);
    const revise = changeDetails(entered.fields, 'connection changed');
    const changed = await this.connections.revise(connectionId, actorOf(request), expected, revise);
    return answerWithAddress(this.connections, connectionOf(changed), reply);
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Req() request: FastifyRequest): Promise<void> {
    const expected = requiredVersionOf(request);
    connectionOf(await this.connections.revise(connectionIdOf(request), actorOf(request), expected, remove));
  }
}
