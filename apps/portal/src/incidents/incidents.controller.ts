/** Incidents over HTTP for the console: read in the ledger; taken on and ended by the service that keeps them. */
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { IncidentDetail, Incidents } from '@leads/contracts/portal-api';
import { Answers, IdParam } from '@leads/service';
import { Kysely } from 'kysely';
import { Audited } from '../access/audited.ts';
import { CurrentScope, notFound, type Scope } from '../access/scope.ts';
import { Allow, CurrentViewer, type Viewer } from '../access/viewer.ts';
import type { PortalTables } from '../tables.ts';
import { ActOnIncident } from './act-on-incident.ts';
import { readIncident, readIncidents } from './read-incidents.ts';

const IncidentId = (): ParameterDecorator => IdParam('id', () => notFound('incident'));

@Controller('api/incidents')
@Allow('owner', 'operator')
export class IncidentsController {
  constructor(
    private readonly database: Kysely<PortalTables>,
    private readonly actOnIncident: ActOnIncident,
  ) {}

  @Get()
  @Allow('reader', 'owner', 'operator')
  @Answers('Incidents, those that are open first.', Incidents)
  list(@CurrentScope() scope: Scope): Promise<Incidents> {
    return readIncidents(this.database, scope);
  }

  @Get(':id')
  @Allow('reader', 'owner', 'operator')
  @Answers('One incident with its timeline.', IncidentDetail)
  find(@CurrentScope() scope: Scope, @IncidentId() id: string): Promise<IncidentDetail> {
    return this.found(scope, id);
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  @Audited('took the incident on', 'id')
  @Answers('Takes the incident on: contacts are reminded of it no more.', IncidentDetail)
  async acknowledge(
    @CurrentViewer() viewer: Viewer,
    @CurrentScope() scope: Scope,
    @IncidentId() id: string,
  ): Promise<IncidentDetail> {
    await this.found(scope, id);
    await this.actOnIncident.act(viewer, id, 'acknowledge');
    return this.found(scope, id);
  }

  @Post(':id/resolve')
  @HttpCode(200)
  @Audited('resolved the incident', 'id')
  @Answers('Says that the incident is over. Told of again, it is open again.', IncidentDetail)
  async resolve(
    @CurrentViewer() viewer: Viewer,
    @CurrentScope() scope: Scope,
    @IncidentId() id: string,
  ): Promise<IncidentDetail> {
    await this.found(scope, id);
    await this.actOnIncident.act(viewer, id, 'resolve');
    return this.found(scope, id);
  }

  private async found(scope: Scope, id: string): Promise<IncidentDetail> {
    const incident = await readIncident(this.database, scope, id);
    if (!incident) throw notFound('incident');
    return incident;
  }
}
