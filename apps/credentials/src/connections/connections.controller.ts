/** Connections over HTTP, for the portal. */
import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Res,
  UseGuards,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiKeyGuard } from '../access/api-key.guard.ts';
import { answerOf, type ConnectionAnswer } from './connection-answer.ts';
import type { Connection } from './connection-facts.ts';
import { readNewConnection } from './connection-fields.ts';
import {
  actorOf,
  connectionIdOf,
  connectionOf,
  etagOf,
  expectedVersionOf,
  notAccepted,
  unknownConnection,
} from './connection-requests.ts';
import { Connections } from './connections.ts';
import type { Regions } from './dynamics-url.ts';

export const REGIONS = Symbol('regions');

/** One connection with the address that its leads are posted to: for its owner's eyes. */
interface WithLeadAddress extends ConnectionAnswer {
  leadAddress: string | undefined;
}

@Controller('api/connections')
@UseGuards(ApiKeyGuard)
export class ConnectionsController {
  constructor(
    @Inject(Connections) private readonly connections: Connections,
    @Inject(REGIONS) private readonly regions: Regions,
  ) {}

  @Post()
  async create(
    @Body() body: unknown,
    @Headers('x-actor') actor: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    const today = new Date().toISOString().slice(0, 10);
    const entered = readNewConnection(body, { regions: this.regions, today });
    if (!entered.ok) throw notAccepted(entered.faults);
    const connection = await this.connections.create(entered.fields, actorOf(actor));
    reply.header('location', `/api/connections/${connection.connectionId}`);
    return this.answer(connection, reply);
  }

  @Get()
  async list(): Promise<{ connections: ConnectionAnswer[] }> {
    return { connections: (await this.connections.list()).map(answerOf) };
  }

  @Get(':id')
  async find(
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    const connection = await this.connections.find(connectionIdOf(id));
    if (!connection) throw unknownConnection();
    return this.answer(connection, reply);
  }

  @Post(':id/publish')
  @HttpCode(200)
  async publish(
    @Param('id') id: string,
    @Headers('x-actor') actor: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    const expected = expectedVersionOf(ifMatch);
    const changed = await this.connections.publish(connectionIdOf(id), actorOf(actor), expected);
    return this.answer(connectionOf(changed), reply);
  }

  private async answer(connection: Connection, reply: FastifyReply): Promise<WithLeadAddress> {
    reply.header('etag', etagOf(connection));
    return { ...answerOf(connection), leadAddress: await this.connections.leadAddress(connection) };
  }
}
