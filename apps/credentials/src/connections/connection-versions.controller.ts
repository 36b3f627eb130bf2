/** What a connection was before, who changed it, and back to that. */
import { Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import type { FieldRules } from '@leads/contracts/connection-details';
import { Answers, CallerGuard, WithEtag } from '@leads/service';
import { Actor } from '../access/actor.ts';
import { AuditTrail } from '../audit.ts';
import { mappingWarnings } from './check-mapping.ts';
import {
  versionOf,
  VersionAnswer,
  VersionList,
  WithLeadAddress,
  withLeadAddress,
} from './connection-answer.ts';
import { connectionOf, unknownConnection, unknownVersion } from './connection-problems.ts';
import { ConnectionId, Expected, fieldsOf, RestorationBody, Version } from './connection-requests.ts';
import type { ConnectionVersion } from './connection-store.ts';
import { Connections } from './connections.ts';
import { FIELD_RULES } from './field-rules.ts';
import { readRestoration } from './restoration.ts';
import { changeDetails } from './revisions.ts';
import { Writer } from './writer.ts';

@Controller('api/connections/:id')
@UseGuards(CallerGuard)
export class ConnectionVersionsController {
  constructor(
    private readonly connections: Connections,
    private readonly writer: Writer,
    @Inject(FIELD_RULES) private readonly rules: () => FieldRules,
  ) {}

  @Get('versions')
  @Answers('Every version, newest first.', VersionList)
  async list(@ConnectionId() connectionId: string): Promise<VersionList> {
    const versions = await this.connections.versions(connectionId);
    if (versions.length === 0) throw unknownConnection();
    return { versions: versions.map(versionOf) };
  }

  @Get('versions/:version')
  @Answers('One version.', VersionAnswer)
  async find(@ConnectionId() connectionId: string, @Version() version: number): Promise<VersionAnswer> {
    return versionOf(await this.findVersion(connectionId, version));
  }

  /**
   * The details of an earlier version as a new one. A secret that belonged to another application or user has to be
   * entered again, for it was erased when it was replaced.
   */
  @Post('versions/:version/restore')
  @HttpCode(200)
  @Answers(
    'Brings the details of a version back. State, lead address and secret stay as they are.',
    WithLeadAddress,
  )
  @WithEtag()
  async restore(
    @ConnectionId() connectionId: string,
    @Version() version: number,
    @Expected({ needed: true }) expected: number | undefined,
    @Actor() actor: string,
    @RestorationBody() body: unknown,
  ): Promise<WithLeadAddress> {
    const { facts } = await this.findVersion(connectionId, version);
    const fields = fieldsOf(readRestoration(facts, body, this.rules()));
    const revise = changeDetails(fields, 'connection restored');
    const changed = await this.connections.revise(connectionId, actor, expected, revise);
    const connection = connectionOf(changed);
    return withLeadAddress(this.connections, connection, mappingWarnings(connection, this.writer));
  }

  /** A deleted one's trail stays. */
  @Get('audit')
  @Answers('Who did what, newest first.', AuditTrail)
  async audit(@ConnectionId() connectionId: string): Promise<AuditTrail> {
    const audit = await this.connections.audit(connectionId);
    if (audit.length === 0) throw unknownConnection();
    return { audit };
  }

  private async findVersion(connectionId: string, version: number): Promise<ConnectionVersion> {
    const found = await this.connections.version(connectionId, version);
    if (!found) throw unknownVersion();
    return found;
  }
}
