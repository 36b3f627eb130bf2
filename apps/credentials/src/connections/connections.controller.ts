/** Connections over HTTP, for the portal: created, read, listed, changed and deleted. */
import { Controller, Delete, Get, HttpCode, Post, Put, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ConnectionFields, NewConnectionFields } from '@leads/contracts/connection-details';
import { Answers, CallerGuard, CheckedQuery, WithEtag } from '@leads/service';
import { Actor } from '../access/actor.ts';
import { mappingWarnings } from './check-mapping.ts';
import { answerOf, ConnectionList, WithLeadAddress, withLeadAddress } from './connection-answer.ts';
import { connectionOf, unknownConnection } from './connection-problems.ts';
import { ChangedFields, ConnectionId, ConnectionsQuery, Expected, NewFields } from './connection-requests.ts';
import { Connections } from './connections.ts';
import { changeDetails, remove } from './revisions.ts';
import { Writer } from './writer.ts';

@Controller('api/connections')
@UseGuards(CallerGuard)
export class ConnectionsController {
  constructor(
    private readonly connections: Connections,
    private readonly writer: Writer,
  ) {}

  @Post()
  @Answers('Creates a connection as a draft, with a lead address of its own.', WithLeadAddress)
  @WithEtag()
  async create(
    @NewFields() fields: NewConnectionFields,
    @Actor() actor: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    const connection = await this.connections.create(fields, actor);
    reply.header('location', `/api/connections/${connection.connectionId}`);
    return withLeadAddress(this.connections, connection, mappingWarnings(connection, this.writer));
  }

  @Get()
  @Answers('Connections that are not deleted, in the order of their ids, by pages.', ConnectionList)
  async list(@CheckedQuery(ConnectionsQuery) query: ConnectionsQuery): Promise<ConnectionList> {
    return { connections: (await this.connections.list(query)).map(answerOf) };
  }

  @Get(':id')
  @Answers('One connection.', WithLeadAddress)
  @WithEtag()
  async find(@ConnectionId() connectionId: string): Promise<WithLeadAddress> {
    const connection = await this.connections.find(connectionId);
    if (!connection) throw unknownConnection();
    return withLeadAddress(this.connections, connection);
  }

  /** All details at once, as the dialog saves them. */
  @Put(':id')
  @Answers(
    'Changes the details. A secret that is not given stays, unless it belongs to what was changed.',
    WithLeadAddress,
  )
  @WithEtag()
  async change(
    @ConnectionId() connectionId: string,
    @Expected({ needed: true }) expected: number | undefined,
    @Actor() actor: string,
    @ChangedFields() fields: ConnectionFields,
  ): Promise<WithLeadAddress> {
    const revise = changeDetails(fields, 'connection changed');
    const changed = await this.connections.revise(connectionId, actor, expected, revise);
    const connection = connectionOf(changed);
    return withLeadAddress(this.connections, connection, mappingWarnings(connection, this.writer));
  }

  @Delete(':id')
  @HttpCode(204)
  @Answers(
    'Deletes for good: secrets are erased, and what still comes to the lead address is kept for a few days.',
    'nothing',
  )
  async remove(
    @ConnectionId() connectionId: string,
    @Expected({ needed: true }) expected: number | undefined,
    @Actor() actor: string,
  ): Promise<void> {
    connectionOf(await this.connections.revise(connectionId, actor, expected, remove));
  }
}
