/** What a connection was before, who changed it, and back to that. */
import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FieldRules } from '@leads/contracts/connection-details';
import type { AuditAnswer } from '../audit.ts';
import { ApiKeyGuard } from '../api/api-key.guard.ts';
import {
  answerOf,
  answerWithAddress,
  type VersionAnswer,
  type WithLeadAddress,
} from './connection-answer.ts';
import {
  actorOf,
  connectionIdOf,
  connectionOf,
  notAccepted,
  requiredVersionOf,
  unknownConnection,
  unknownVersion,
} from './connection-requests.ts';
import { Connections } from './connections.ts';
import { changeDetails } from './revisions.ts';
import { FIELD_RULES } from './field-rules.ts';
import { readRestoration } from './restoration.ts';

@Controller('api/connections/:id')
@UseGuards(ApiKeyGuard)
export class ConnectionVersionsController {
  constructor(
    @Inject(Connections) private readonly connections: Connections,
    @Inject(FIELD_RULES) private readonly rules: () => FieldRules,
  ) {}

  /** Newest first, each with what was done. */
  @Get('versions')
  async list(@Req() request: FastifyRequest): Promise<{ versions: VersionAnswer[] }> {
    const versions = await this.connections.versions(connectionIdOf(request));
    if (versions.length === 0) throw unknownConnection();
    return { versions: versions.map((version) => ({ ...answerOf(version), change: version.change })) };
  }

  @Get('versions/:version')
  async find(@Req() request: FastifyRequest): Promise<VersionAnswer> {
    const version = await this.findVersion(request);
    return { ...answerOf(version), change: version.change };
  }

  /**
   * The details of an earlier version as a new one. State, lead address and secret stay as they are; a secret
   * that belonged to another application or user has to be entered again, for it was erased when it was replaced.
   */
  @Post('versions/:version/restore')
  @HttpCode(200)
  async restore(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WithLeadAddress> {
    const connectionId = connectionIdOf(request);
    const expected = requiredVersionOf(request);
    const { facts } = await this.findVersion(request);
    const entered = readRestoration(facts, body, this.rules());
    if (!entered.ok) throw notAccepted(entered.faults);
    const revise = changeDetails(entered.fields, 'connection restored');
    const changed = await this.connections.revise(connectionId, actorOf(request), expected, revise);
    return answerWithAddress(this.connections, connectionOf(changed), reply);
  }

  /** Who did what with the connection, newest first; a deleted one's trail stays. */
  @Get('audit')
  async audit(@Req() request: FastifyRequest): Promise<{ audit: AuditAnswer[] }> {
    const lines = await this.connections.audit(connectionIdOf(request));
    if (lines.length === 0) throw unknownConnection();
    return { audit: lines };
  }

  private async findVersion(request: FastifyRequest) {
    const { version } = request.params as { version: string };
    const found = /^\d{1,9}$/.test(version)
      ? await this.connections.version(connectionIdOf(request), Number(version))
      : undefined;
    if (!found) throw unknownVersion();
    return found;
  }
}
